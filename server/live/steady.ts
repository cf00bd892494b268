type Json = Readonly<Record<string, unknown>>;

/** Differences that no page shows: of points, visits expected and the like; and of shares and feelings, which are below one. */
const UNSEEN = 0.005;
const UNSEEN_BELOW_ONE = 0.0005;

/**
 * A newer heat view in which squares that look as they were last sent are those that were sent. Every visit moves the average of its stage, which pulls at all
 * squares: without this a visit somewhere would send every square to every page, for the sake of the ninth decimal. Held against what was sent and not against
 * the view before, so that small changes cannot add up unsent.
 */
export function steadied<View extends Json>(sent: Json, next: View): View {
  const [before, after] = [sent['cells'] as Json, next['cells'] as Json];
  const cells: Record<string, unknown> = {};
  for (const [key, cell] of Object.entries(after)) cells[key] = looksAs(before[key], cell) ? before[key] : cell;
  return { ...next, cells };
}

/** Whole numbers are counts and instants, and equal or not. */
function looksAs(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'number' && typeof b === 'number') {
    if (Number.isInteger(a) && Number.isInteger(b)) return false;
    return Math.abs(a - b) <= (Math.abs(a) < 1 ? UNSEEN_BELOW_ONE : UNSEEN);
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => looksAs(one, b[i]));
  const [left, right] = [a as Json, b as Json];
  for (const key in left) if (!looksAs(left[key], right[key])) return false;
  for (const key in right) if (!(key in left)) return false;
  return true;
}
