import { ago, clock, coarse, count, dateTime, day, duration, nameOf, percent, words } from '#lib/components/format.ts';
import { eventTypeName, outcomeName, promiseKindName } from '#lib/components/names.ts';
import type { Side } from '#lib/components/format.ts';
import type { BriefSentence, StillHere, StoryGroup } from '#lib/contract/story.ts';
import type { EmotionSource } from '#lib/contract/words.ts';
import * as m from '#messages/story.ts';
import { channel, emotion, isChannel } from '#messages/words.ts';

/** How sentences are worded: which of a thing's two names, and seen from when. */
export interface Telling {
  readonly side: Side;
  readonly now: number;
}

/** A brief stays brief: of a longer wording only the beginning is told; the promise itself stands beside it. */
const LONGEST_WORDING = 90;

/** What was promised, as it was put, without the full stop its sender may have put. */
function promised(promise: { readonly wording: string | null; readonly kind: string }): string {
  const text = promise.wording === null ? promiseKindName(promise.kind) : promise.wording.replace(/[.\s]+$/, '');
  return text.length <= LONGEST_WORDING ? text : `${text.slice(0, LONGEST_WORDING).trimEnd()}…`;
}

/** Whether a feeling is said or noted by a person; else it was inferred. */
export function isMeasured(source: EmotionSource): boolean {
  return source === 'survey' || source === 'agent';
}

/** One sentence of the brief. */
export function sentenceWords(said: BriefSentence, { side, now }: Telling): string {
  switch (said.code) {
    case 'known':
      return m.briefKnown({ since: day(said.since), count: said.count });
    case 'stage': {
      const [stage, journey, stayed] = [
        nameOf(said.stageName, side),
        nameOf(said.journeyName, side),
        coarse(Math.max(0, now - said.since)),
      ];
      if (said.standardMs === null) return m.briefStage({ stage, journey, stayed });
      const standard = duration(said.standardMs);
      return said.late ? m.briefStageLate({ stage, journey, stayed, standard }) : m.briefStageInTime({ stage, journey, stayed, standard });
    }
    case 'found':
      return m.briefFound(said.finding, { ago: ago(said.at, now) });
    case 'broken':
      return m.briefBroken({
        promise: promised(said),
        due: dateTime(said.due),
        late: coarse(Math.max(0, now - said.brokenAt)),
        others: said.others,
      });
    case 'open':
      return said.due >= now
        ? m.briefOpen({ promise: promised(said), due: dateTime(said.due), left: coarse(said.due - now), others: said.others })
        : m.briefGrace({ promise: promised(said), due: dateTime(said.due), others: said.others });
    case 'contacts': {
      const contacts = { count: said.count, days: said.days, unresolved: said.unresolved };
      return said.topic === null ? m.briefContacts(contacts) : m.briefContactsAbout({ ...contacts, topic: words(said.topic) });
    }
    case 'contact': {
      const contact = { ago: ago(said.at, now), channel: channel(said.channel) };
      const how = said.outcome === null ? contact : { ...contact, outcome: outcomeName(said.outcome) };
      if (said.topic === null) return 'outcome' in how ? m.briefContactEnded(how) : m.briefContact(contact);
      const topic = words(said.topic);
      return 'outcome' in how ? m.briefContactAboutEnded({ ...how, topic }) : m.briefContactAbout({ ...contact, topic });
    }
    case 'feeling':
      return m.briefFeeling(said.source, { feeling: emotion(said.label), ago: ago(said.since, now), sure: percent(said.confidence, 1) });
    case 'worst':
      return m.briefWorst({ feeling: emotion(said.label), ago: ago(said.at, now) });
    case 'recovered':
      return m.briefRecovered({ before: emotion(said.from), feeling: emotion(said.label), time: dateTime(said.at) });
    case 'silent':
      return m.briefSilent({ length: coarse(now - said.since), since: dateTime(said.since) });
    case 'last':
      return m.briefLast({ what: said.touchpoint ?? (said.type === null ? m.event() : eventTypeName(said.type)), ago: ago(said.at, now) });
  }
}

/** How likely a case is still where it is. */
export function stillHereWords(still: StillHere): string {
  return m.stillHere({ time: coarse(still.inMs), share: percent(still.share, 1), others: count(still.others) });
}

/** The line above a contact: how long and when. */
export function groupTimes(group: Pick<StoryGroup, 'from' | 'to'>): string {
  const length = group.to - group.from;
  if (length < 1000) return clock(group.from);
  return m.groupTimes({ from: clock(group.from), to: clock(group.to), length: duration(length) });
}

/** Name of a lane: a channel, a department, or neither. */
export function laneName(lane: string): string {
  if (lane === 'none') return m.laneNone();
  return isChannel(lane) ? channel(lane) : lane;
}
