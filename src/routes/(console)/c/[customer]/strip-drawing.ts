import { feelingsOn } from '#lib/contract/story-choices.ts';
import type { StripFeeling } from '#lib/contract/story-choices.ts';
import type { StoryStrip, StripMark, StripPromise } from '#lib/contract/story.ts';
import { DAY } from '#lib/contract/time.ts';

/** A place on the strip's line of feelings. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  /** half the height of the confidence band */
  readonly band: number;
  readonly feeling: StripFeeling;
}

/** The line of feelings as geometry. */
export interface FeelingDrawing {
  readonly dots: readonly Dot[];
  /** SVG path of each stretch without an unknown gap */
  readonly paths: readonly string[];
  /** closed SVG path of the confidence band of each stretch */
  readonly bands: readonly string[];
  /** SVG paths of points, to be drawn with round ends: what persons said, and what was inferred */
  readonly measured: string;
  readonly inferred: string;
}

/** Without any word for this long, how somebody feels is unknown: the line breaks. */
export const UNKNOWN_AFTER_MS = 10 * DAY;
const MARGIN = 6;

const round = (value: number): number => Math.round(value * 10) / 10;

/** Where an instant stands on a strip so wide. */
export function placeAt(strip: Pick<StoryStrip, 'from' | 'to'>, at: number, width: number): number {
  const share = (at - strip.from) / Math.max(1, strip.to - strip.from);
  return round(width * Math.min(1, Math.max(0, share)));
}

/** The instant at a place of the strip. */
export function instantAt(strip: Pick<StoryStrip, 'from' | 'to'>, x: number, width: number): number {
  const share = Math.min(1, Math.max(0, x / Math.max(1, width)));
  return Math.round(strip.from + share * (strip.to - strip.from));
}

/** Draws what was felt, oldest first, into a frame. Valence 1 is on top. */
export function drawFeelings(strip: StoryStrip, frame: { readonly width: number; readonly height: number }): FeelingDrawing {
  const inner = frame.height - 2 * MARGIN;
  const dots = feelingsOn(strip).map((feeling) => ({
    x: placeAt(strip, feeling.at, frame.width),
    y: round(MARGIN + (inner * (1 - feeling.valence)) / 2),
    band: round((inner / 2) * (1 - feeling.confidence) * 0.5),
    feeling,
  }));
  const stretches = split(dots);
  const points = (measured: boolean): string =>
    dots.map(({ x, y, feeling }) => (feeling.measured === measured ? `M${x} ${y}h0` : '')).join('');
  return {
    measured: points(true),
    inferred: points(false),
    dots,
    paths: stretches.map(pathOf),
    bands: stretches.map((stretch) => bandOf(stretch, frame.height)).filter((band) => band !== ''),
  };
}

function split(dots: readonly Dot[]): readonly (readonly Dot[])[] {
  const stretches: Dot[][] = [];
  for (const dot of dots) {
    const open = stretches.at(-1);
    const last = open?.at(-1);
    if (open && last && dot.feeling.at - last.feeling.at <= UNKNOWN_AFTER_MS) open.push(dot);
    else stretches.push([dot]);
  }
  return stretches;
}

/** Steps, not slopes: between two words nothing is known to have changed gradually. */
function pathOf(stretch: readonly Dot[]): string {
  return stretch.map((dot, index) => (index === 0 ? `M${dot.x} ${dot.y}` : `H${dot.x}V${dot.y}`)).join('');
}

function bandOf(stretch: readonly Dot[], height: number): string {
  if (stretch.length < 2) return '';
  const clamp = (y: number) => round(Math.min(height, Math.max(0, y)));
  const upper = stretch.map((dot, index) =>
    index === 0 ? `M${dot.x} ${clamp(dot.y - dot.band)}` : `H${dot.x}V${clamp(dot.y - dot.band)}`,
  );
  const back = stretch.toReversed().map((dot, index, all) => {
    const before = all[index + 1];
    return index === 0
      ? `V${clamp((before ?? dot).y + (before ?? dot).band)}`
      : `H${dot.x}${before ? `V${clamp(before.y + before.band)}` : ''}`;
  });
  return `${upper.join('')}${back.join('')}Z`;
}

/** A promise as a line from when it was made to when it was due or met. */
export interface PromiseDrawing {
  readonly promise: StripPromise;
  readonly row: number;
  readonly x: number;
  readonly due: number;
  /** where it was met; null: it was not (yet) */
  readonly met: number | null;
}

/** Rows in which promises are drawn; what does not fit without overlap is left out and counted. */
const ROWS = 4;
const LEAST_WIDTH = 12;

/** Puts promises into rows so that none overlap, the newest first. */
export function drawPromises(
  strip: StoryStrip,
  width: number,
): { readonly drawn: readonly PromiseDrawing[]; readonly rows: number; readonly left: number } {
  const taken: { readonly from: number; readonly to: number }[][] = [];
  const drawn: PromiseDrawing[] = [];
  for (const promise of strip.promises) {
    const x = placeAt(strip, promise.madeAt, width);
    const due = placeAt(strip, promise.due, width);
    const met = promise.metAt === null ? null : placeAt(strip, promise.metAt, width);
    const span = { from: x - LEAST_WIDTH / 2, to: Math.max(x + LEAST_WIDTH, due + LEAST_WIDTH / 2, met ?? 0) };
    const row = Array.from({ length: ROWS }, (_, i) => i).find((i) =>
      (taken[i] ?? []).every((other) => other.to < span.from || other.from > span.to),
    );
    if (row === undefined) continue;
    (taken[row] ??= []).push(span);
    drawn.push({ promise, row, x, due, met });
  }
  return { drawn, rows: taken.length, left: strip.promises.length - drawn.length };
}

/** Height of a bar that stands for so many events, against the fullest column of all: a tenth is still seen. */
export function barHeight(count: number, most: number, height: number): number {
  return Math.max(3, round((height * Math.log1p(count)) / Math.log1p(Math.max(1, most))));
}

/** One lane as two paths: strokes for its events, and triangles on top where some had friction. `base` is the y on which the strokes stand. */
export function drawLane(
  marks: readonly StripMark[],
  frame: { readonly width: number; readonly columns: number; readonly base: number; readonly height: number; readonly most: number },
): { readonly bars: string; readonly thick: number; readonly problems: string } {
  const column = frame.width / frame.columns;
  let [bars, triangles] = ['', ''];
  for (const [at, count, problems] of marks) {
    const [x, bar] = [round((at + 0.5) * column), barHeight(count, frame.most, frame.height)];
    bars += `M${x} ${frame.base}v${-bar}`;
    if (problems > 0) triangles += `M${round(x - 3.5)} ${round(frame.base - bar + 2)}h7l-3.5-6z`;
  }
  return { bars, thick: round(Math.max(2, column - 0.5)), problems: triangles };
}
