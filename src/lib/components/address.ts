/** The same page with some query fields changed; null removes one. Returns path and query. */
export function withFields(url: URL, changes: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(url.searchParams);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  return text === '' ? url.pathname : `${url.pathname}?${text}`;
}

/** Reads an instant from a URL: ISO 8601 or ms since 1970; undefined where it is neither, or `now`. */
export function readInstant(text: string | null): number | undefined {
  if (text === null || text === '' || text === 'now') return undefined;
  const at = /^\d{10,}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(at) && at >= 0 && at <= 4_102_444_800_000 ? Math.floor(at) : undefined;
}

/** A version from a URL; undefined where it is none. */
export function readVersion(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

/** Pages whose numbers are of one version of a journey, with the newest where none is named. The journey's own page compares versions and has a picker of its own. */
export function showsOneVersion(path: string): boolean {
  return ['/funnel', '/heat', '/promises', '/moments', '/assoc'].includes(path);
}

/** One of `allowed`, else `otherwise`. */
export function readChoice<Choice extends string, Otherwise>(
  text: string | null,
  allowed: readonly Choice[],
  otherwise: Otherwise,
): Choice | Otherwise {
  return allowed.find((choice) => choice === text) ?? otherwise;
}
