import { duration, words } from '#lib/components/format.ts';
import { capital, channelName } from '#lib/components/names.ts';
import type { FunnelBreakdown, FunnelDefinition } from '#lib/contract/funnel-definition.ts';
import type { NextPlace } from '#lib/contract/saved-funnel.ts';
import * as m from '#messages/savedFunnel.ts';

/** `attributes.plan` -> `plan`, `identifier.orderId` -> `orderId`. */
function fieldName(field: string): string {
  return field.replace(/^(attributes|identifier)\./, '');
}

/** How a breakdown is called. */
export function breakdownName({ by, at, step }: FunnelBreakdown): string {
  const field = fieldName(by);
  return m.attribution(at, { name: m.isSplitField(field) ? m.splitField(field) : words(field), step: String(step) });
}

/** What a group is called: what the funnel itself calls so has a word in every language, and so have channels; other values read as they came. */
export function groupText(key: string, by: string | undefined): string {
  if (m.isGroupName(key)) return m.groupName(key);
  return by === 'channel' ? capital(channelName(key)) : key;
}

/** What a place is called to which customers went next. */
export function placeText({ touchpoint, name }: NextPlace): string {
  if (touchpoint === '') return m.nowhere();
  return touchpoint === 'unmapped' ? m.unmapped() : name;
}

/** Places named one by one. */
const MOST_PLACES = 10;

/** Where attempts went next: the commonest places by name, of the others how many they are and the attempts they come to. */
export function placesShown(places: readonly NextPlace[]): {
  readonly shown: readonly NextPlace[];
  readonly more: number;
  readonly attempts: number;
} {
  const others = places.slice(MOST_PLACES);
  return { shown: places.slice(0, MOST_PLACES), more: others.length, attempts: others.reduce((sum, { count }) => sum + count, 0) };
}

/** What counts, in sentences. */
export function rulesOf(definition: FunnelDefinition): string[] {
  const { order, windowMs, count, hold, reentry, exclusions } = definition;
  const excluding = exclusions.map(({ from, to, effect }) => m.ruleExclusion(effect, { from: String(from), to: String(to) }));
  return [
    m.rule(order),
    m.ruleWindow({ time: duration(windowMs) }),
    ...(count === 'case' ? [m.rule('case')] : []),
    m.rule(reentry),
    ...(hold === undefined ? [] : [m.ruleHold({ field: fieldName(hold) })]),
    ...excluding,
  ];
}
