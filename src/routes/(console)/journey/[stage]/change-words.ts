import { duration, words } from '#lib/components/format.ts';
import type { JourneyChange } from '#lib/contract/journey-view.ts';
import { duration as written } from '#lib/contract/duration.ts';
import * as m from '#messages/stage.ts';

/** What a variant says otherwise of a stage or a touchpoint, in words. */
export interface SaidChange {
  readonly what: string;
  readonly here: string;
  /** what holds for the other cases; null: what was said is all there is to it */
  readonly otherwise: string | null;
}

/** Names of things that a journey file names by id. */
export interface NamesById {
  readonly stage: (id: string) => string;
  readonly touchpoint: (id: string) => string;
}

/** Lists of a stage whose entries come or go one by one. */
const LISTED = /^(needs|wants|next)\.(.+)$/;
const WORKING = /^\{ working: (.+) \}$/;

/** A value of a journey file as a person says it: lengths of time, yes and no; other words stay. */
function valueText(value: string | null): string {
  if (value === null) return m.none();
  if (value === 'true' || value === 'false') return m.yesNo(value);
  const working = WORKING.exec(value)?.[1];
  if (working !== undefined) return m.working({ time: valueText(working) });
  const ms = written.safeParse(value);
  return ms.success ? duration(ms.data) : value;
}

/** The name of a field of a journey file; one that has no name yet is at least spelt as words. */
function fieldText(field: string): string {
  if (m.isField(field)) return m.field(field);
  return words(field);
}

/**
 * What differs in a stage for the cases of a variant.
 * @param change in the words of the file: `stages.order.standard`, `touchpoints.credit_check.required`
 * @returns null where it is about another stage
 */
export function changeWords(
  change: JourneyChange,
  stage: { readonly id: string; readonly touchpoints: readonly string[] },
  names: NamesById,
): SaidChange | null {
  const ofStage = `stages.${stage.id}.`;
  const values = { here: valueText(change.after), otherwise: valueText(change.before) };
  if (change.path.startsWith(ofStage)) {
    const field = change.path.slice(ofStage.length);
    const [, list, entry] = LISTED.exec(field) ?? [];
    if (list === undefined || entry === undefined || (change.before !== null && change.after !== null))
      return { what: fieldText(field), ...values };
    const said = list === 'next' ? names.stage(entry) : entry;
    return { what: m.entry(change.after === null ? 'gone' : 'come', { what: fieldText(list) }), here: said, otherwise: null };
  }
  // One id may begin with another's: the longest is meant.
  const id = stage.touchpoints
    .filter((one) => change.path.startsWith(`touchpoints.${one}.`))
    .toSorted((a, b) => b.length - a.length)
    .at(0);
  if (id === undefined) return null;
  const field = change.path.slice(`touchpoints.${id}.`.length);
  return { what: m.ofTouchpoint({ touchpoint: names.touchpoint(id), what: fieldText(field) }), ...values };
}
