import type { Blueprint } from '../blueprint/blueprint.ts';
import { mantelHaenszel } from '../kernel/contingency.ts';
import type { RiskRatio, Stratum } from '../kernel/contingency.ts';
import { DAY, MINUTE } from '../kernel/time.ts';
import { experienceWithin } from '../moment/story.ts';
import type { Watching } from './following.ts';
import type { Passage, PassageVisit, Traveller } from './passage.ts';

/** Customers are compared with those known for about as long: up to so many days. */
const TENURES = [7, 30, 180] as const;
/** So much of those who use the other department may have done so before the experience is judged. */
const DECIDED_BEFORE = 0.25;
/** An experience is judged a day after the contact began at the latest. */
const LATEST_LANDMARK = DAY;

/** From one department to another. */
export interface Between {
  readonly from: string;
  readonly to: string;
}

/** A customer's first contact with a department, with the other one within reach. */
interface Contact {
  readonly traveller: Traveller;
  readonly passage: Passage;
  readonly visit: PassageVisit;
}

/** How somebody fared with one department, and whether they used the other. */
export interface Exposed extends Contact {
  /** by the landmark */
  readonly bad: boolean;
  /** used the other one after the landmark, within the window */
  readonly used: boolean;
  /** used it within a window of the same length before the contact: what a bad experience cannot have brought about */
  readonly usedBefore: boolean;
  /** what the comparison after, and that before, hold equal */
  readonly stratum: string;
  readonly stratumBefore: string;
}

/** By stage: departments that a case can come to from there, on the ways that the journey allows. */
export function reaches({ stages, touchpoints }: Blueprint): readonly ReadonlySet<string>[] {
  return stages.map(({ index }) => {
    const open = new Set([index]);
    for (const at of open) for (const next of [at + 1, ...(stages[at]?.next ?? [])]) if (stages[next] !== undefined) open.add(next);
    return new Set(touchpoints.filter(({ stage }) => stage === null || open.has(stage)).map(({ owner }) => owner));
  });
}

function firstContact(traveller: Traveller, { from, to }: Between, reach: readonly ReadonlySet<string>[]): Contact | undefined {
  const visits = traveller.passages.flatMap((passage) =>
    passage.visits.flatMap((visit) => (visit.owner === from ? [{ traveller, passage, visit }] : [])),
  );
  const [first] = visits.sort((a, b) => a.visit.begun - b.visit.begun);
  return first !== undefined && reach[first.visit.stage]?.has(to) === true ? first : undefined;
}

const firstUse = ({ traveller, visit }: Contact, to: string): number | undefined => traveller.uses.get(to)?.find((at) => at > visit.begun);

/** The age at which all contacts are judged, ms: as late as it can be while most of those who will use the other department have not yet. */
function landmarkOf(contacts: readonly Contact[], to: string, window: number): number {
  const ages = contacts.flatMap((contact) => {
    const age = (firstUse(contact, to) ?? Infinity) - contact.visit.begun;
    return age <= window ? [age] : [];
  });
  ages.sort((a, b) => a - b);
  const quarter = ages[Math.floor(ages.length * DECIDED_BEFORE)] ?? LATEST_LANDMARK;
  return Math.max(0, Math.min(LATEST_LANDMARK, quarter - 1));
}

function tenureOf({ traveller, visit }: Contact): number {
  const days = (visit.begun - traveller.since) / DAY;
  const band = TENURES.findIndex((most) => days < most);
  return band < 0 ? TENURES.length : band;
}

/**
 * Everybody who is compared: customers by their first contact with one department, old enough for the whole window to be over. Who had used the
 * other department between the contact and the landmark says nothing: it was decided before the experience was judged.
 */
export function exposedTo(
  travellers: readonly Traveller[],
  between: Between,
  by: Watching & { readonly reach: readonly ReadonlySet<string>[] },
): Exposed[] {
  const { window, until, reach } = by;
  const contacts = travellers.flatMap((traveller) => {
    const contact = firstContact(traveller, between, reach);
    return contact === undefined || contact.visit.begun + window > until ? [] : [contact];
  });
  const landmark = landmarkOf(contacts, between.to, window);
  return contacts.flatMap((contact): Exposed[] => {
    const { begun } = contact.visit;
    const used = (after: number, before: number): boolean =>
      contact.traveller.uses.get(between.to)?.some((at) => at >= after && at < before) === true;
    if (used(begun + 1, begun + landmark + 1)) return [];
    const tenure = tenureOf(contact);
    return [
      {
        ...contact,
        bad: experienceWithin(contact.visit, Math.floor(landmark / MINUTE)) === 'bad',
        used: used(begun + landmark + 1, begun + window + 1),
        usedBefore: used(begun - window, begun),
        stratum: `${tenure} ${used(-Infinity, begun)}`,
        stratumBefore: `${tenure} ${used(-Infinity, begun - window)}`,
      },
    ];
  });
}

/** One group of a comparison. */
export interface Group {
  readonly n: number;
  readonly used: number;
  readonly usedBefore: number;
}

/** What a bad experience with one department goes with at another. */
export interface Contagion extends Between {
  readonly bad: Group;
  readonly others: Group;
  /** null: cannot be told */
  readonly after: RiskRatio | null;
  /** the same for the time before: about 1, or the groups differed already */
  readonly before: RiskRatio | null;
}

/** In the order of their names: what they come to is the same to the last digit, whoever was read first. */
function strataOf(
  exposed: readonly Exposed[],
  by: { readonly stratum: (one: Exposed) => string; readonly had: (one: Exposed) => boolean },
): Iterable<Stratum> {
  const strata = new Map<string, { readonly group: { n: number; had: number }; readonly others: { n: number; had: number } }>();
  for (const one of exposed) {
    const name = by.stratum(one);
    let stratum = strata.get(name);
    if (stratum === undefined) strata.set(name, (stratum = { group: { n: 0, had: 0 }, others: { n: 0, had: 0 } }));
    const side = stratum[one.bad ? 'group' : 'others'];
    side.n++;
    if (by.had(one)) side.had++;
  }
  return [...strata].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, stratum]) => stratum);
}

function groupOf(exposed: readonly Exposed[], bad: boolean): Group {
  const own = exposed.filter((one) => one.bad === bad);
  return { n: own.length, used: own.filter(({ used }) => used).length, usedBefore: own.filter(({ usedBefore }) => usedBefore).length };
}

/** Compares those who fared badly with one department with the others who met it, by whether they then use the other department. */
export function contagionBetween(between: Between, exposed: readonly Exposed[]): Contagion {
  return {
    ...between,
    bad: groupOf(exposed, true),
    others: groupOf(exposed, false),
    after: mantelHaenszel(strataOf(exposed, { stratum: ({ stratum }) => stratum, had: ({ used }) => used })),
    before: mantelHaenszel(strataOf(exposed, { stratum: ({ stratumBefore }) => stratumBefore, had: ({ usedBefore }) => usedBefore })),
  };
}
