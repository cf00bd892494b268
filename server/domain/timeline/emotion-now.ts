import { EMOTIONS } from '#lib/contract/index.ts';
import type { EmotionNow } from '#lib/contract/index.ts';
import { rulesFor } from '../customer/applying.ts';
import type { FoldContext } from '../customer/applying.ts';
import type { CustomerState, Evidence as Kept, VisitState } from '../customer/state.ts';
import { behaviourEvidence, fuse, labelEvidence, surveyEvidence } from '../emotion/fusion.ts';
import type { Evidence } from '../emotion/fusion.ts';
import { RANKS } from '../emotion/visit-feeling.ts';
import { minuteOf } from '../kernel/time.ts';
import { grownBy, visitPoints } from '../visit/visit.ts';

type Context = Pick<FoldContext, 'blueprints' | 'friction' | 'emotion'> & { readonly now: number };

function saidEvidence([at, rank, valence, confidence, emotion, kind]: Kept): Evidence {
  if (rank === RANKS.survey) return surveyEvidence({ kind, valence: valence / 1000 }, at);
  const label = EMOTIONS[emotion] ?? 'neutral';
  return labelEvidence(rank === RANKS.agent ? 'agent' : 'text', { label, valence: valence / 1000, confidence: confidence / 1000 }, at);
}

/** What went wrong in a visit in which nothing was said about how it felt; within one contact, what is said goes before it. */
function behaviourIn(visit: VisitState, state: CustomerState, { now, ...context }: Context): readonly Evidence[] {
  const blueprint = context.blueprints.get(visit.journey, visit.version);
  if (blueprint === undefined || visit.feels.some(([at]) => at <= now)) return [];
  const where = { blueprint, rules: rulesFor(context, blueprint, visit) };
  const minute = minuteOf(now);
  const friction = visitPoints(visit, state, where).findLast((point) => point.minute <= minute)?.friction ?? 0;
  if (friction === 0) return [];
  const grown = grownBy(visit, state, where, minute).flatMap((part) => part.at.filter((at) => at <= now));
  return grown.length === 0 ? [] : [behaviourEvidence(friction / 1000, Math.max(...grown))];
}

/** How the customer feels at an instant, by what was said, what went wrong, and how long ago; unknown where that is too little. */
export function emotionNow(state: CustomerState, context: Context): EmotionNow {
  const isRead = context.emotion !== 'off' && !state.noEmotion;
  const behaviour = isRead ? state.visits.flatMap((visit) => behaviourIn(visit, state, context)) : [];
  const { label, valence, confidence, since, source, said } = fuse([...state.evidence.map(saidEvidence), ...behaviour], context.now);
  return { label, valence, confidence, since, source, said };
}
