/** Orders two ids of streams, `<ms>-<up to 63 bits>`, as the store does. */
export function compareStreamIds(a: string, b: string): number {
  const [[ms = '0', low = '0'], [other = '0', otherLow = '0']] = [a.split('-'), b.split('-')];
  if (ms !== other) return Number(ms) - Number(other);
  const difference = BigInt(low) - BigInt(otherLow);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
