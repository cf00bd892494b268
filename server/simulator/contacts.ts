import type { Channel, EventInput } from '#lib/contract/index.ts';
import { DAY, HOUR, MINUTE } from '#lib/contract/time.ts';
import { suited } from './calendar.ts';
import type { TouchpointId } from './catalogue.ts';
import type { Naming, Story } from './story.ts';
import { anyStorm, stormAt } from './weather.ts';
import type { Topic } from './words.ts';

/** Why a customer gets in touch. */
export interface Ask {
  readonly at: number;
  readonly topic: Topic;
  /** chance that the first try does not solve it, 0..1 */
  readonly hard: number;
  /** tries before this one */
  readonly tried?: number;
  /** could not get further where they were, and had to come here */
  readonly forced?: boolean;
  /** where they were before */
  readonly not?: Channel;
}

type Way = 'phone' | 'chat' | 'email' | 'store' | 'social';

const WAYS: readonly (readonly [Way, number])[] = [
  ['phone', 45],
  ['chat', 27],
  ['email', 17],
  ['store', 6],
  ['social', 5],
];
const DESKS: Readonly<Record<Way, { readonly touchpoint: TouchpointId; readonly naming: Naming }>> = {
  phone: { touchpoint: 'care_call', naming: 'phone' },
  chat: { touchpoint: 'care_chat', naming: 'customer' },
  email: { touchpoint: 'care_email', naming: 'email' },
  store: { touchpoint: 'shop_help', naming: 'customer' },
  social: { touchpoint: 'social_message', naming: 'customer' },
};
const MOST_TRIES = 4;

/** A customer gets in touch, and again while it is not solved. Returns when the first contact was over. */
export function contact(story: Story, ask: Ask): number {
  const { chance } = story;
  const way = chance.weighted(WAYS.filter((entry) => entry[0] !== ask.not));
  const at = suited(ask.at, way === 'store' ? 'shop' : way === 'email' || way === 'social' ? 'digital' : 'desk', chance);
  if (way === 'email' || way === 'social') return letter(story, way, { ...ask, at });
  if (way === 'store' && at + 3 * HOUR > story.world.shopsUntil) return talk(story, 'phone', { ...ask, at });
  return talk(story, way, { ...ask, at });
}

function waitSeconds(story: Story, way: Way, at: number): number {
  const stormy = anyStorm(story.world.storms, at) ? (stormAt(story.world.storms, at, story.person.area) ? 4 : 2.2) : 1;
  const median = way === 'store' ? 240 : way === 'chat' ? 35 : 65;
  return story.chance.around(median * stormy, 0.85);
}

function talk(story: Story, way: Way, ask: Ask): number {
  const { chance } = story;
  const { touchpoint, naming } = DESKS[way];
  const { topic } = ask;
  let at = ask.at;
  if (way === 'phone' && chance.happens(0.1)) {
    const dead = chance.happens(0.25) ? { signals: [{ kind: 'dead_end' as const }] } : {};
    at = story.tell(at, touchpoint, naming, { type: 'selfservice.failed', topic, attributes: { menu: 'voice' }, ...dead }) + 40_000;
  }
  story.tell(at, touchpoint, naming, {
    type: 'contact.queued',
    topic,
    ...(ask.forced && { signals: [{ kind: 'forced_switch' as const }] }),
  });
  const wait = waitSeconds(story, way, at) * 1000;
  const patience = chance.wait(way === 'store' ? 40 * MINUTE : 11 * MINUTE);
  if (wait > patience) return giveUp(story, way, { ...ask, at: at + patience });
  at = story.tell(at + wait, touchpoint, naming, { type: 'contact.answered', topic });
  story.feel(wait > 4 * MINUTE ? -0.1 : 0.02);
  if (way !== 'store' && chance.happens(0.07 + 0.22 * ask.hard)) at = transfer(story, way, { ...ask, at });
  if (way === 'chat')
    at = story.tell(at + chance.between(20, 90) * 1000, touchpoint, naming, { type: 'message.in', topic, ...story.words(at, topic) });
  at = at + chance.around(4.5, 0.5) * MINUTE;
  const solved = !chance.happens(ask.hard * (0.85 + 0.1 * (ask.tried ?? 0)));
  story.feel(solved ? 0.16 : -0.2);
  endTalk(story, way, { ...ask, at }, solved);
  if (!solved) unsolved(story, way, { ...ask, at });
  return at;
}

function transfer(story: Story, way: Way, ask: Ask): number {
  const { chance } = story;
  const { touchpoint, naming } = DESKS[way];
  const at = ask.at + chance.between(1, 5) * MINUTE;
  const again = chance.happens(0.45) ? { signals: [{ kind: 'repeat_info' as const }] } : {};
  story.feel(-0.1);
  return story.tell(at, touchpoint, naming, { type: 'contact.transferred', topic: ask.topic, ...again });
}

function endTalk(story: Story, way: Way, ask: Ask, solved: boolean): void {
  const { chance, person } = story;
  const { touchpoint } = DESKS[way];
  const { at, topic } = ask;
  const ticketId = story.newTicket();
  const spoken = way !== 'chat' && chance.happens(0.4) ? story.words(at, topic) : {};
  const coded: Pick<EventInput, 'score'> = chance.happens(0.06)
    ? { score: { kind: 'valence', value: Math.round(story.wellbeing * 100) / 100 } }
    : {};
  const dead = !solved && chance.happens(0.08) ? { signals: [{ kind: 'dead_end' as const }] } : {};
  const type = 'contact.ended';
  story.tell(at, touchpoint, 'customer', {
    type,
    topic,
    outcome: solved ? 'resolved' : 'unresolved',
    ...spoken,
    ...coded,
    ...dead,
    attributes: { ticketId },
  });
  const last = story.drafts.at(-1);
  if (last !== undefined) last.body.customer['ticketId'] = ticketId;
  if (last !== undefined && way === 'phone' && person.phone !== null && story.known) last.body.customer['phone'] = person.phone;
  if (chance.happens(0.2)) survey(story, at + chance.between(0.3, 20) * HOUR, topic, 'ticket');
}

function giveUp(story: Story, way: Way, ask: Ask): number {
  const { chance } = story;
  const { touchpoint, naming } = DESKS[way];
  story.tell(ask.at, touchpoint, naming, { type: 'contact.ended', topic: ask.topic, outcome: 'abandoned' });
  story.feel(-0.22);
  again(story, way, { ...ask, forced: chance.happens(0.6) }, { likely: 0.55, from: 20 * MINUTE, to: 20 * HOUR });
  return ask.at;
}

function unsolved(story: Story, way: Way, ask: Ask): void {
  const { chance } = story;
  if (way === 'phone' && story.orderId !== null && chance.happens(0.55)) return callBack(story, ask);
  again(story, way, { ...ask, forced: false }, { likely: 0.6, from: 3 * HOUR, to: 5 * DAY });
}

function again(story: Story, way: Way, ask: Ask, when: { readonly likely: number; readonly from: number; readonly to: number }): void {
  const { chance } = story;
  const tried = (ask.tried ?? 0) + 1;
  if (tried >= MOST_TRIES || !chance.happens(when.likely)) return;
  const elsewhere = ask.forced === true ? { not: way } : {};
  contact(story, {
    at: ask.at + chance.between(when.from, when.to),
    topic: ask.topic,
    hard: ask.hard * 0.8,
    tried,
    forced: ask.forced === true,
    ...elsewhere,
  });
}

/** "We will call you back": kept, late, moved before, taken back, or forgotten. */
function callBack(story: Story, ask: Ask): void {
  const { chance } = story;
  const due = suited(ask.at + chance.between(3, 28) * HOUR, 'desk', chance);
  const id = `call-${story.orderId ?? ''}-${story.tickets}`;
  const promise = story.promise(ask.at + 1000, 'call_back', {
    id,
    kind: 'call_back',
    due,
    graceSeconds: 900,
    wording: 'We will call you back.',
  });
  const fate = chance.weighted([
    ['kept', 60],
    ['late', 16],
    ['broken', 15],
    ['withdrawn', 5],
    ['moved', 4],
  ] as const);
  const before = ask.at + (due - ask.at) * chance.between(0.4, 0.97);
  if (fate === 'kept') return calledBack(story, promise, { ...ask, at: before });
  if (fate === 'withdrawn') return story.settle(before, promise, 'call_back', 'withdrawn');
  if (fate === 'moved') {
    story.settle(before, promise, 'call_back', { due: due + DAY });
    return calledBack(story, promise, { ...ask, at: due + chance.between(2, 23) * HOUR });
  }
  story.feel(-0.3);
  if (fate === 'late') return calledBack(story, promise, { ...ask, at: suited(due + chance.between(1, 30) * HOUR, 'desk', chance) });
  again(story, 'phone', { ...ask, at: due, forced: false }, { likely: 0.8, from: 2 * HOUR, to: 2 * DAY });
}

function calledBack(story: Story, promise: Parameters<Story['settle']>[1], ask: Ask): void {
  const { chance } = story;
  const { topic } = ask;
  story.settle(ask.at, promise, 'call_back', 'kept');
  story.feel(0.25);
  const spoken = chance.happens(0.4) ? story.words(ask.at, topic) : {};
  story.tell(ask.at + chance.around(4, 0.4) * MINUTE, 'call_back', 'phone', {
    type: 'contact.ended',
    topic,
    outcome: 'resolved',
    ...spoken,
  });
}

function letter(story: Story, way: Way, ask: Ask): number {
  const { chance } = story;
  const { touchpoint, naming } = DESKS[way];
  const { topic } = ask;
  const forced = ask.forced === true ? { signals: [{ kind: 'forced_switch' as const }] } : {};
  const at = story.tell(ask.at, touchpoint, naming, { type: 'message.in', topic, ...story.words(ask.at, topic), ...forced });
  if (way === 'social' && chance.happens(0.3)) return at;
  const answered = suited(at + chance.around(way === 'email' ? 9 : 2, 0.9) * HOUR, 'desk', chance);
  const seconds = Math.round((answered - at) / 1000);
  const solved = !chance.happens(ask.hard);
  const outcome = solved ? 'resolved' : 'unresolved';
  const asked = !solved && chance.happens(0.3) ? [{ kind: 'repeat_info' as const }] : [];
  story.tell(answered, touchpoint, naming, { type: 'message.out', topic, outcome, signals: [{ kind: 'wait', value: seconds }, ...asked] });
  story.feel(solved ? 0.12 : -0.18);
  if (solved && chance.happens(0.3)) {
    const thanks = Math.round(answered + chance.between(0.2, 9) * HOUR);
    story.tell(thanks, touchpoint, naming, { type: 'message.in', topic, ...story.words(thanks, topic) });
  }
  if (!solved) again(story, way, { ...ask, at: answered, forced: false }, { likely: 0.55, from: HOUR, to: 4 * DAY });
  return answered;
}

/** Asks how it was; the answer follows from how things went. */
export function survey(story: Story, at: number, topic: Topic, about: 'ticket' | 'customer' | 'recommend'): void {
  const { chance } = story;
  const felt = story.wellbeing + 0.2 * chance.normal();
  const kind =
    about === 'recommend' ? 'nps' : about === 'customer' ? chance.pick(['stars', 'ces'] as const) : chance.pick(['csat', 'ces'] as const);
  const rate = (low: number, high: number): number =>
    Math.max(low, Math.min(high, Math.round((low + high) / 2 + 0.4 + (felt * (high - low)) / 1.5)));
  const value = kind === 'nps' ? rate(0, 10) : kind === 'ces' ? rate(1, 7) : rate(1, 5);
  const channel = chance.weighted<Channel>([
    ['email', 7],
    ['app', 2],
    ['phone', 1],
  ]);
  const naming = about === 'ticket' ? 'ticket' : 'customer';
  const spoken = chance.happens(0.35) ? story.words(at, topic) : {};
  story.tell(at, 'survey', naming, { type: 'survey.answered', channel, score: { kind, value }, ...spoken });
}
