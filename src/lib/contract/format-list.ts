import type { ListRef } from './list.ts';

/** Writes a list reference as text; `parseList` reads it back. Apart from the schema, so that pages do not carry the validator. */
export function formatList(ref: ListRef): string {
  const { of, ...rest } = ref;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) if (value !== undefined) query.set(key, String(value));
  return `${of}?${query.toString()}`;
}
