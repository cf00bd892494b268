/** Name of the cookie in which a browser tells its time zone. */
export const ZONE_COOKIE = 'zone';
/** Longer is no zone's name. */
const LONGEST = 64;

/** In which time zone instants are written: in a browser its own; on the server that of the request being answered, so that the first paint stays as it is. */
class Place {
  #ofRequest: () => string | undefined = () => undefined;

  /** IANA name; undefined: that of the machine */
  get zone(): string | undefined {
    return this.#ofRequest();
  }

  /** For the server, which answers several people at a time. */
  follow(ofRequest: () => string | undefined): void {
    this.#ofRequest = ofRequest;
  }
}

export const place = new Place();

/** A zone by its one true name, `europe/berlin` -> `Europe/Berlin`; undefined where there is none of that name. */
export function readZone(text: string | undefined): string | undefined {
  if (text === undefined || text.length > LONGEST || !/^[A-Za-z][\w+/-]*$/.test(text)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** Tells the server this browser's zone, from the next page on. */
export function tellZone(): void {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  document.cookie = `${ZONE_COOKIE}=${timeZone}; Path=/; Max-Age=31536000; SameSite=Lax`;
}
