import type { EmotionPoint } from '#lib/contract/views.ts';

/** A dot of the emotion line, in the drawing's own units. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  /** half the height of the confidence band */
  readonly band: number;
  /** said or coded by a person; otherwise inferred and drawn hollow */
  readonly measured: boolean;
  readonly point: EmotionPoint;
}

/** The emotion line as geometry. */
export interface EmotionDrawing {
  readonly dots: readonly Dot[];
  /** SVG path of each stretch without an unknown gap */
  readonly paths: readonly string[];
  /** closed SVG path of the confidence band of each stretch */
  readonly bands: readonly string[];
  /** from-to of the unknown gaps, x */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

interface Frame {
  readonly width: number;
  readonly height: number;
  /** ms since 1970 at both ends */
  readonly from: number;
  readonly to: number;
}

/** Without any word for this long, how somebody feels is unknown: the line breaks. */
export const UNKNOWN_AFTER_MS = 10 * 86_400_000;
const MARGIN = 6;

/** Draws the points, oldest first, into a frame. Valence 1 is on top. */
export function drawEmotion(points: readonly EmotionPoint[], frame: Frame): EmotionDrawing {
  const inner = { width: frame.width - 2 * MARGIN, height: frame.height - 2 * MARGIN };
  const span = Math.max(1, frame.to - frame.from);
  const known = points.filter(({ label }) => label !== 'unknown').toSorted((a, b) => a.at - b.at);
  const dots = known.map((point) => ({
    x: round(MARGIN + (inner.width * Math.min(span, Math.max(0, point.at - frame.from))) / span),
    y: round(MARGIN + (inner.height * (1 - point.valence)) / 2),
    band: round((inner.height / 2) * (1 - point.confidence) * 0.5),
    measured: point.source === 'survey' || point.source === 'agent',
    point,
  }));
  const stretches = split(dots);
  const ends = stretches.flatMap((stretch) => [stretch[0], stretch.at(-1)]).filter((dot) => dot !== undefined);
  return {
    dots,
    paths: stretches.map(pathOf),
    bands: stretches.map((stretch) => bandOf(stretch, frame.height)),
    gaps: [...edgeGap(MARGIN, dots[0], frame.from), ...gapsOf(ends), ...edgeGap(round(frame.width - MARGIN), dots.at(-1), frame.to)],
  };
}

function split(dots: readonly Dot[]): readonly (readonly Dot[])[] {
  const stretches: Dot[][] = [];
  for (const dot of dots) {
    const open = stretches.at(-1);
    const last = open?.at(-1);
    if (open && last && dot.point.at - last.point.at <= UNKNOWN_AFTER_MS) open.push(dot);
    else stretches.push([dot]);
  }
  return stretches;
}

function gapsOf(ends: readonly Dot[]): EmotionDrawing['gaps'] {
  const gaps: { from: number; to: number }[] = [];
  for (let index = 1; index + 1 < ends.length; index += 2) {
    const before = ends[index];
    const after = ends[index + 1];
    if (before && after) gaps.push({ from: before.x, to: after.x });
  }
  return gaps;
}

/** What is unknown before the first word, or since the last one. `edge` is the x of the frame's end, `at` its instant. */
function edgeGap(edge: number, dot: Dot | undefined, at: number): EmotionDrawing['gaps'] {
  if (!dot || Math.abs(dot.point.at - at) <= UNKNOWN_AFTER_MS) return [];
  return [{ from: Math.min(edge, dot.x), to: Math.max(edge, dot.x) }];
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

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
