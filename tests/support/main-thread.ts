import type { Browser, Page } from 'playwright-core';

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
/** What belongs to an update begins within so long after its message, ms: the frame that shows it. */
const FRAME_MS = 120;
/** What the time of an update goes to, by the names under which the browser notes it. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['FunctionCall', 'script'],
  ['UpdateLayoutTree', 'style'],
  ['Layout', 'layout'],
  ['PrePaint', 'paint'],
  ['Paint', 'paint'],
  ['Layerize', 'paint'],
  ['Commit', 'paint'],
]);
type Kind = 'script' | 'style' | 'layout' | 'paint';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ph: string;
  /** us */
  readonly ts: number;
  readonly dur?: number;
  /** us of CPU, which does not grow when the machine does other work */
  readonly tdur?: number;
}

/** What one update cost the page's main thread, ms of CPU; the total has everything the thread did meanwhile. */
export type UpdateCost = Readonly<Record<Kind | 'total', number>>;

/**
 * Traces the page's main thread while `play` runs.
 * @param play makes the page be sent changes, and returns how many messages carried one
 * @returns what each of them cost from the message to the frame that shows it, dearest first
 */
export async function costOfUpdates(browser: Browser, page: Page, play: () => Promise<number>): Promise<readonly UpdateCost[]> {
  await browser.startTracing(page, { categories: CATEGORIES });
  const updates = await play();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const main = mainThreadOf(traceEvents);
  const mine = traceEvents.filter((event) => event.pid === main.pid && event.tid === main.tid).sort((a, b) => a.ts - b.ts);
  const messages = mine.filter(({ name }) => name === 'WebSocketReceive').map(({ ts }) => ts);
  const costs = messages.map((from, i) => costBetween(mine, from, Math.min(from + FRAME_MS * 1000, messages[i + 1] ?? Infinity)));
  // Beats and answers are messages, too, but cost next to nothing.
  return costs.sort((a, b) => b.total - a.total).slice(0, updates);
}

/** The renderer's thread that lays out most. */
function mainThreadOf(events: readonly TraceEvent[]): { readonly pid: number; readonly tid: number } {
  const counts = new Map<string, number>();
  for (const { name, pid, tid } of events) if (name === 'Layout') counts.set(`${pid} ${tid}`, (counts.get(`${pid} ${tid}`) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  if (!most) throw new Error('The page laid nothing out while it was traced.');
  const [pid = 0, tid = 0] = most[0].split(' ').map(Number);
  return { pid, tid };
}

function costBetween(events: readonly TraceEvent[], from: number, to: number): UpdateCost {
  const spent = { total: 0, script: 0, style: 0, layout: 0, paint: 0 };
  const until = new Map<Kind, number>();
  for (const event of events) {
    const end = event.ts + (event.dur ?? 0);
    if (event.ph !== 'X' || end < from || event.ts >= to) continue;
    const cpu = (event.tdur ?? event.dur ?? 0) / 1000;
    if (event.name === 'RunTask') spent.total += cpu;
    const kind = KINDS.get(event.name);
    // What runs inside something of its own kind is in it already.
    if (kind === undefined || event.ts < (until.get(kind) ?? 0)) continue;
    until.set(kind, end);
    spent[kind] += cpu;
  }
  return spent;
}
