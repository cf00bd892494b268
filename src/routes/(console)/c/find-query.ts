/** Fields in which a telephone system or a bookmark may hand over whom to open. */
const FIELDS = ['q', 'phone', 'ani', 'email', 'order', 'ticket', 'customer'] as const;

/**
 * What an address asks to look up; undefined where it asks nothing.
 * A plus sign in a query arrives as a space: `?phone=+49…` must still find the caller.
 */
export function lookupOf(field: (name: string) => string | null): string | undefined {
  for (const name of FIELDS) {
    const value = field(name);
    if (value === null || value.trim() === '') continue;
    const repaired = /^ \d/.test(value) ? `+${value.slice(1)}` : value;
    return repaired.trim().slice(0, 256);
  }
  return undefined;
}
