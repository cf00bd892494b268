import type { MomentOutcome, MomentParams, MomentsView, Position } from '#lib/contract/index.ts';
import type { Reader } from '#server/api/reader.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { DAY, MINUTE, minuteOf } from '#server/domain/kernel/time.ts';
import { gatherStories } from '#server/projector/lists/moment.ts';
import { momentsView } from '#server/domain/view/moments.ts';
import type { Asked } from './asked.ts';
import type { ReaderOptions } from './reader-options.ts';

/** Views that are remembered. */
const MOST_REMEMBERED = 50;
/** What the moments are about: cases of four weeks. */
const MOMENTS_MS = 28 * DAY;
const MOMENTS_FRESH_MS = MINUTE;

/** Reads the moments that matter. */
export function createMomentsReader(o: Pick<ReaderOptions, 'redis' | 'partitions' | 'sums'>, asked: Asked): Reader['moments'] {
  const { blueprint, positionOf } = asked;
  const momentViews = new Map<string, Promise<MomentsView>>();

  async function readMoments(
    of: Blueprint,
    at: { readonly outcome: MomentOutcome; readonly position: Position; readonly minute: number },
  ): Promise<MomentsView> {
    const { outcome, position, minute } = at;
    const reading = { redis: o.redis, partitions: o.partitions, blueprint: of, at: minute };
    const span = (until: number): { readonly from: number; readonly until: number } => ({ from: until - MOMENTS_MS, until });
    const recent = span(position.at);
    const decided = outcome === 'arrived' ? span(position.at - of.file.window) : recent;
    const lately = await gatherStories(reading, recent);
    const cohort = outcome === 'arrived' ? await gatherStories(reading, decided) : lately;
    const [first, length] = [minuteOf(recent.from), MOMENTS_MS / MINUTE];
    return momentsView({
      blueprint: of,
      outcome,
      position,
      cohort: { ...decided, ...cohort },
      recent: { ...recent, ...lately },
      now: o.sums().heatBetween(of, first, minute),
      before: o.sums().heatBetween(of, first - length, first - 1),
      outcomes: o.sums().outcomes(of, first, minute),
      limited: cohort.limited || lately.limited,
    });
  }

  /** What is looked at is read from the lists: for a while, everybody is shown the same. */
  return function moments(params: MomentParams): Promise<MomentsView> {
    const of = blueprint(params.journey, params.version, params.to);
    const outcome = params.outcome ?? 'arrived';
    const { position, minute } = positionOf(params.to);
    const age = position.live ? Math.floor(position.at / MOMENTS_FRESH_MS) : position.at;
    const key = `${of.journey} ${of.version} ${outcome} ${position.live} ${age}`;
    let view = momentViews.get(key);
    if (view === undefined) {
      if (momentViews.size >= MOST_REMEMBERED) momentViews.clear();
      momentViews.set(key, (view = readMoments(of, { outcome, position, minute })));
      view.catch(() => momentViews.delete(key));
    }
    return view;
  };
}
