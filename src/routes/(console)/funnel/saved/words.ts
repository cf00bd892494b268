import { duration } from '#lib/components/format.ts';
import type { FunnelBreakdown, FunnelDefinition } from '#lib/contract/funnel-definition.ts';

/** `attributes.plan` -> `plan`, `identifier.orderId` -> `orderId`. */
function fieldName(field: string): string {
  return field.replace(/^(attributes|identifier)\./, '');
}

/** How a breakdown is called. */
export function breakdownName({ by, at, step }: FunnelBreakdown): string {
  const name = fieldName(by);
  const attribution = { first: 'at entry', last: 'last seen', all: 'same throughout', step: `at step ${step}` }[at];
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} ${attribution}`;
}

const ORDERS = {
  ordered: 'The steps come in this order; anything may happen between them.',
  strict: 'The steps come in this order with nothing between them.',
  any: 'The steps may come in any order: a bar says how many of them are done.',
} as const;
const REENTRIES = {
  off: 'Only the first attempt ever counts.',
  after: 'Another attempt begins only after conversion, time-out or exclusion.',
  optimised: 'Every entry is tried, and the attempt converts with any of them.',
} as const;

/** What counts, in sentences. */
export function rulesOf(definition: FunnelDefinition): string[] {
  const { order, windowMs, count, hold, reentry, exclusions } = definition;
  const excluding = exclusions.map(
    ({ from, to, effect }) =>
      `An exclusion between steps ${from} and ${to} takes the attempt out${effect === 'remove' ? ' for good' : ' until the next entry'}.`,
  );
  return [
    ORDERS[order],
    `It converts when the last step comes within ${duration(windowMs)} of entering; the clock alone drops it.`,
    count === 'case' ? 'Each case is counted by itself.' : REENTRIES[reentry],
    ...(count === 'case' ? [REENTRIES[reentry]] : []),
    ...(hold === undefined ? [] : [`All steps carry the same ${fieldName(hold)}; each ${fieldName(hold)} is a passage of its own.`]),
    ...excluding,
  ];
}
