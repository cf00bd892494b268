import type { Blueprint, Blueprints, Touchpoint } from '../blueprint/blueprint.ts';
import { howNamed, stayEnd } from '../case/case.ts';
import type { CaseState, CustomerState } from '../customer/state.ts';
import type { StoredEvent } from '../event/event.ts';
import { isStaffWord } from '../event/staff.ts';

/** A touchpoint that an event matches, and the version of the journey it belongs to. */
export interface Matched {
  readonly blueprint: Blueprint;
  readonly touchpoint: Touchpoint;
}

/** What matching goes by. */
export interface MatchContext {
  readonly blueprints: Blueprints;
  readonly state: Pick<CustomerState, 'cases'>;
}

/** The case an event stands in, as far as time and keys tell it without doubt: of the version it is matched by. */
export function caseAt(state: Pick<CustomerState, 'cases'>, event: StoredEvent, matched: Matched): CaseState | undefined {
  const { blueprint } = matched;
  const mine = state.cases.filter((c) => c.journey === blueprint.journey && c.version === blueprint.version);
  const [named] = mine
    .filter((c) => c.openedAt <= event.at)
    .map((one) => ({ one, surely: howNamed(event, blueprint, one) }))
    .filter(({ surely }) => surely > 0)
    .sort((a, b) => b.surely - a.surely || b.one.openedAt - a.one.openedAt);
  if (named !== undefined) return named.one;
  const running = mine.filter((c) => c.stays.some((s) => s.from <= event.at && event.at <= stayEnd(c, s, blueprint)));
  return running.length === 1 ? running[0] : undefined;
}

/** The versions of a journey by which an event can have been read: the one in force then first, and those of the cases that had begun. */
function versionsAt(event: StoredEvent, journey: string, { blueprints, state }: MatchContext): readonly Blueprint[] {
  const current = blueprints.inForce(journey, event.at);
  const first = current === undefined ? [] : [current];
  if (blueprints.versions(journey).length < 2) return first;
  const begun = state.cases.flatMap((one) =>
    one.journey === journey && one.openedAt <= event.at ? (blueprints.get(journey, one.version) ?? []) : [],
  );
  return [...new Set([...first, ...begun])];
}

/** Of several versions that know an event, the one of the case it stands in: that it names, else the newest. */
function ofItsCase(event: StoredEvent, matches: readonly Matched[], state: MatchContext['state']): Matched | undefined {
  const [first] = matches;
  if (matches.length < 2) return first;
  const standing = matches.flatMap((match) => {
    const one = caseAt(state, event, match);
    return one === undefined ? [] : [{ match, named: howNamed(event, match.blueprint, one), openedAt: one.openedAt }];
  });
  return standing.sort((a, b) => b.named - a.named || b.openedAt - a.openedAt)[0]?.match ?? first;
}

/** The touchpoint an event is shown under: of the first journey that has one for it, by the version that the case it stands in began under. */
export function matchOf(event: StoredEvent, context: MatchContext): Matched | null {
  if (isStaffWord(event)) return null;
  for (const { journey } of context.blueprints.all) {
    if (event.journey !== undefined && event.journey !== journey) continue;
    const matches = versionsAt(event, journey, context).flatMap((blueprint): readonly Matched[] => {
      const touchpoint = blueprint.match(event);
      return touchpoint === undefined ? [] : [{ blueprint, touchpoint }];
    });
    const matched = ofItsCase(event, matches, context.state);
    if (matched !== undefined) return matched;
  }
  return null;
}
