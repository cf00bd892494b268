import type { BriefSaid, BriefSentence, CasePosition, CustomerHeader, PromiseView } from '#lib/contract/index.ts';
import { DAY } from '../kernel/time.ts';
import type { StoryEntry } from './entry.ts';
import type { EntryGroup } from './group.ts';
import { eventsBehind, makingEvent } from './lookup.ts';
import type { Lookup } from './lookup.ts';
import { SILENCE_MS } from './silences.ts';

const FEWEST_SENTENCES = 3;
const MOST_SENTENCES = 5;
/** Contacts are counted over this time. */
const CONTACTS_DAYS = 7;
/** A worst moment longer ago is history. */
const WORST_DAYS = 30;
/** A moment at most this good was bad; one at least so good as its opposite is good. */
const BAD = -0.3;
const GOOD = 0.2;
/** Events that one sentence names. */
const MOST_EVENTS = 10;
/** How contacts end that leave the customer with the matter. */
const UNRESOLVED: readonly (string | null)[] = ['unresolved', 'abandoned', 'callback_promised', 'failed'];

/** What a brief is told from. */
export interface BriefContext {
  readonly header: CustomerHeader;
  readonly entries: readonly StoryEntry[];
  /** contacts and sessions, newest first */
  readonly groups: readonly EntryGroup[];
  readonly lookup: Lookup;
  readonly now: number;
}

type Told = BriefSentence | null;

function say(said: BriefSaid, events: readonly (string | undefined)[]): Told {
  const [first, ...rest] = [...new Set(events)].filter((id) => id !== undefined);
  return first === undefined ? null : { ...said, events: [first, ...rest.slice(0, MOST_EVENTS - 1)] };
}

/** The case the brief speaks of: one that is stuck before others, else the newest that is in a stage. */
function caseInHand({ header }: BriefContext): CasePosition | undefined {
  const here = header.cases.filter((one) => one.here);
  return here.find(({ stuck }) => stuck) ?? here[0];
}

function stageSentence(context: BriefContext): Told {
  const one = caseInHand(context);
  if (one === undefined) return null;
  const { stageName, journeyName, since, standardMs, stuck } = one;
  const began = context.lookup.at(since, ({ journey }) => journey === one.journey);
  return say({ code: 'stage', stageName, journeyName, since, standardMs, late: stuck }, began);
}

function foundSentence(context: BriefContext): Told {
  const found = context.header.cases.filter((one) => one.here).flatMap((one) => one.found);
  const newest = [...found].sort((a, b) => b.at - a.at)[0];
  if (newest === undefined) return null;
  return say(
    { code: 'found', finding: newest.finding, at: newest.at },
    newest.events.filter((id) => context.lookup.has(id)),
  );
}

function promiseSentence({ header, lookup }: BriefContext, state: 'broken' | 'open'): Told {
  const such = header.promises.filter((promise) => promise.state === state);
  const first = [...such].sort((a, b) => (state === 'open' ? a.due - b.due : b.due - a.due))[0];
  if (first === undefined) return null;
  const { kind, wording, due, brokenAt } = first;
  const made = ({ key }: PromiseView): string | undefined => lookup.key(makingEvent(key));
  const said = { kind, wording, due, others: such.length - 1 };
  return say(state === 'open' ? { code: state, ...said } : { code: state, ...said, brokenAt }, [made(first), ...such.map(made)]);
}

/** Whether an event is the customer in contact with us, as against what we send or note. */
function isContact({ kind, side, type, retracted }: StoryEntry): boolean {
  return !retracted && side === 'front' && (kind === 'contact' || kind === 'message') && type !== 'message.out';
}

/** Contacts of the last days, newest first: the events of each in which the customer was in contact. */
function contactsOf({ groups, entries, now }: BriefContext): readonly (readonly StoryEntry[])[] {
  const since = now - CONTACTS_DAYS * DAY;
  const contacts: StoryEntry[][] = [];
  for (const { members } of groups) {
    // Newest first: from the first one that ended before, all others did.
    if ((entries[members.at(-1) ?? -1]?.at ?? 0) <= since) break;
    const contact = members.map((place) => entries[place]).filter((entry) => entry !== undefined && isContact(entry)) as StoryEntry[];
    if ((contact.at(-1)?.at ?? 0) > since) contacts.push(contact);
  }
  return contacts;
}

function mostFrequent(values: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? null;
}

const topicOf = (contact: readonly StoryEntry[]): string | null => contact.find(({ topic }) => topic !== null)?.topic ?? null;
const outcomeOf = (contact: readonly StoryEntry[]): string | null => contact.findLast(({ outcome }) => outcome !== null)?.outcome ?? null;

function contactsSentence(context: BriefContext): Told {
  const contacts = contactsOf(context);
  if (contacts.length < 2) return null;
  return say(
    {
      code: 'contacts',
      count: contacts.length,
      days: CONTACTS_DAYS,
      topic: mostFrequent(contacts.map(topicOf)),
      unresolved: contacts.filter((contact) => UNRESOLVED.includes(outcomeOf(contact))).length,
    },
    contacts.map((contact) => contact.at(-1)?.id),
  );
}

function contactSentence({ header, entries, groups, lookup }: BriefContext): Told {
  const contact = header.lastContact;
  if (contact === null) return null;
  const ids = lookup.at(contact.at);
  const group = groups.find(({ members }) => members.some((place) => ids.includes(entries[place]?.id ?? '')));
  const last = group?.members.map((place) => entries[place]).filter((entry) => entry !== undefined) ?? [];
  return say({ code: 'contact', at: contact.at, channel: contact.channel, topic: contact.topic, outcome: outcomeOf(last) }, ids);
}

function feelingSentence({ header, lookup }: BriefContext): Told {
  // What was said is told as it was said, also where it has faded since.
  const { said, source, since, confidence } = header.emotion;
  if (said === null || source === null || since === null) return null;
  return say({ code: 'feeling', label: said, source, since, confidence }, eventsBehind(header.emotion, lookup));
}

function worstSentence(context: BriefContext): Told {
  const wave = (caseInHand(context) ?? context.header.cases[0])?.wave ?? null;
  if (wave === null || wave.peak.valence > BAD || context.now - wave.peak.at > WORST_DAYS * DAY) return null;
  const felt = (at: number): readonly string[] => context.lookup.at(at, ({ feeling }) => feeling !== null);
  const { peak, end } = wave;
  if (end.valence >= GOOD && end.at > peak.at)
    return say({ code: 'recovered', from: peak.label, label: end.label, at: end.at }, [...felt(end.at), ...felt(peak.at)]);
  // Where the worst was the last thing heard, the sentence about now says it.
  return end.at === peak.at ? null : say({ code: 'worst', label: peak.label, at: peak.at }, felt(peak.at));
}

/** The last thing experienced; what was taken back, or speaks about other events, is none. */
function lastOf({ entries }: BriefContext): StoryEntry | undefined {
  return entries.findLast(({ retracted, annotation }) => !retracted && !annotation);
}

function silentSentence(context: BriefContext): Told {
  const last = lastOf(context);
  return last === undefined || context.now - last.at < SILENCE_MS ? null : say({ code: 'silent', since: last.at }, [last.id]);
}

function knownSentence({ header, entries }: BriefContext): Told {
  const first = entries.find(({ retracted, annotation }) => !retracted && !annotation);
  return first === undefined ? null : say({ code: 'known', since: first.at, count: header.events }, [first.id]);
}

function lastSentence(context: BriefContext): Told {
  const last = lastOf(context);
  return last === undefined ? null : say({ code: 'last', at: last.at, type: last.type, touchpoint: last.touchpoint }, [last.id]);
}

/** The order in which they are read. */
const READ: readonly BriefSaid['code'][] = [
  'known',
  'stage',
  'found',
  'broken',
  'open',
  'contacts',
  'contact',
  'feeling',
  'worst',
  'recovered',
  'silent',
  'last',
];

/**
 * Three to five sentences about a customer, each by a rule, each with the events it comes from; fewer where less is known. Nothing is said that no event
 * says. Pure: the same story gives the same brief.
 */
export function briefOf(context: BriefContext): readonly BriefSentence[] {
  const contacts = contactsSentence(context);
  const weighty = [
    promiseSentence(context, 'broken'),
    stageSentence(context),
    feelingSentence(context),
    contacts ?? contactSentence(context),
    foundSentence(context),
    promiseSentence(context, 'open'),
    silentSentence(context),
    worstSentence(context),
  ].filter((sentence) => sentence !== null);
  const fillers = [knownSentence(context), lastSentence(context)].filter((sentence) => sentence !== null);
  const told = weighty.slice(0, MOST_SENTENCES);
  for (const filler of fillers) if (told.length < FEWEST_SENTENCES) told.push(filler);
  return told.sort((a, b) => READ.indexOf(a.code) - READ.indexOf(b.code));
}
