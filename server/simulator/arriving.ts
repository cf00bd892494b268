import { DAY, HOUR, MINUTE } from '#lib/contract/time.ts';
import { cancel } from './buying.ts';
import { localTime, suited, weekdayName } from './calendar.ts';
import { contact, survey } from './contacts.ts';
import type { PromiseTruth, Story } from './story.ts';
import { stormAt } from './weather.ts';

/** A parcel nobody has seen for this long is lost. */
const LOST_AFTER = 6 * DAY;

/** The way of the router to the customer: returns when it is there; null: never. */
export function deliver(story: Story, handedOverAt: number): number | null {
  const { chance, person } = story;
  story.tell(handedOverAt, 'parcel_handover', 'order', { type: 'delivery.handed_over' });
  const due = localTime(handedOverAt + 2 * DAY, 20);
  const promise = story.promise(handedOverAt, 'parcel_handover', {
    id: `delivery-${story.orderId ?? ''}`,
    kind: 'delivery',
    due,
    graceSeconds: 7200,
    wording: `Your router arrives by ${weekdayName(due)}, 20:00.`,
    sequence: 1,
  });
  if (chance.happens(0.55)) story.tell(handedOverAt + 20 * MINUTE, 'delivery_notice', 'email', { type: 'delivery.notice_sent' });
  const storm = stormAt(story.world.storms, handedOverAt, person.area) ?? stormAt(story.world.storms, handedOverAt + DAY, person.area);
  scans(story, handedOverAt);
  if (storm !== undefined && chance.happens(0.6)) warnOfWeather(story, Math.max(handedOverAt, storm.from) + chance.between(0.5, 4) * HOUR);
  const fate =
    storm !== undefined && chance.happens(0.75)
      ? 'late'
      : chance.weighted([
          ['on time', 84],
          ['late', 11],
          ['address', 2],
          ['lost', 1.5],
          ['refused', 1.5],
        ] as const);
  if (fate === 'refused') return cancel(story, handedOverAt + chance.between(4, 30) * HOUR, 'phone');
  if (fate === 'lost') return lose(story, promise);
  if (fate === 'address') return readdress(story, promise, handedOverAt);
  if (fate === 'late') return deliverLate(story, promise, storm === undefined ? 1.3 : 2.6);
  if (chance.happens(0.09)) contact(story, { at: handedOverAt + chance.between(5, 30) * HOUR, topic: 'delivery', hard: 0.2 });
  const nextDay = suited(localTime(handedOverAt + DAY, 9) + chance.between(0, 8) * HOUR, 'carrier', chance);
  return handOver(story, promise, Math.min(nextDay, due));
}

function scans(story: Story, handedOverAt: number): void {
  const { chance } = story;
  let at = handedOverAt;
  for (let i = chance.below(2); i > 0; i--) {
    at += chance.between(2, 8) * HOUR;
    story.tell(at, 'parcel_scan', 'order', { type: 'delivery.scanned' });
  }
  if (chance.happens(0.4)) track(story, suited(handedOverAt + chance.between(1, 20) * HOUR, 'digital', chance));
}

function track(story: Story, at: number): void {
  const { chance } = story;
  const channel = chance.happens(0.45) ? 'app' : 'web';
  story.tell(at, 'parcel_tracking', 'device', { type: 'page.viewed', channel });
  if (chance.happens(0.05)) story.tell(at + 20_000, 'parcel_tracking', 'device', { type: 'error.shown', channel });
  if (chance.happens(0.06)) story.tell(at + 35_000, 'parcel_tracking', 'device', { type: 'click.rage', channel });
}

function warnOfWeather(story: Story, at: number): void {
  story.tell(at, 'weather', 'order', { type: 'weather.warning', area: story.person.area });
}

/** At the door: sometimes nobody opens the first time. */
function handOver(story: Story, promise: PromiseTruth, at: number): number {
  const { chance } = story;
  let arrived = at;
  if (chance.happens(0.09)) {
    story.tell(at, 'parcel_missed', 'order', { type: 'delivery.failed' });
    story.feel(-0.12);
    arrived = suited(at + 20 * HOUR, 'carrier', chance);
  }
  story.tell(arrived, 'parcel_delivered', 'order', { type: 'delivery.delivered' });
  story.settle(arrived, promise, 'parcel_delivered', 'kept');
  story.feel(arrived <= promise.due ? 0.15 : -0.1);
  if (chance.happens(0.11)) survey(story, arrived + chance.between(1, 28) * HOUR, 'delivery', 'customer');
  return arrived;
}

function deliverLate(story: Story, promise: PromiseTruth, days: number): number | null {
  const { chance } = story;
  const arrives = suited(promise.due + 12 * HOUR + chance.around(days, 0.5) * DAY, 'carrier', chance);
  const warned = chance.happens(0.5);
  if (warned) {
    const told = promise.due - chance.between(2, 14) * HOUR;
    const next = chance.happens(0.7) ? localTime(arrives, 20) : promise.due + DAY;
    if (told > promise.madeAt + MINUTE) story.settle(told, promise, 'delivery_notice', { due: next });
  }
  story.feel(warned ? -0.15 : -0.4);
  for (let i = chance.below(3); i > 0; i--) track(story, suited(promise.due + chance.next() * (arrives - promise.due), 'digital', chance));
  if (chance.happens(warned ? 0.3 : 0.75))
    contact(story, { at: promise.due + chance.between(0.5, 20) * HOUR, topic: 'delivery', hard: 0.5 });
  const patience = promise.due + chance.between(12, 50) * HOUR;
  if (!warned && patience < arrives && chance.happens(0.08)) return cancel(story, patience, 'phone');
  const there = handOver(story, promise, arrives);
  if (chance.happens(0.2)) gesture(story, there + chance.between(2, 30) * HOUR);
  return there;
}

/** Lost on the way: the promise stays broken, and the customer asks and asks. */
function lose(story: Story, promise: PromiseTruth): null {
  story.feel(-0.5);
  contact(story, { at: promise.due + story.chance.between(2, 20) * HOUR, topic: 'delivery', hard: 0.8 });
  contact(story, { at: promise.due + story.chance.between(3, 6) * DAY, topic: 'delivery', hard: 0.7, tried: 2 });
  if (story.chance.happens(0.5)) return cancel(story, promise.due + LOST_AFTER + story.chance.between(1, 2) * DAY, 'phone');
  return null;
}

/** The carrier asks for the address again: the customer is sent back a step. */
function readdress(story: Story, promise: PromiseTruth, handedOverAt: number): number {
  const { chance } = story;
  const asked = suited(handedOverAt + chance.between(8, 28) * HOUR, 'carrier', chance);
  story.tell(asked, 'order_correction', 'contract', { type: 'order.correction_requested', signals: [{ kind: 'repeat_info' }] });
  story.feel(-0.25);
  const answered = suited(asked + chance.between(1, 9) * HOUR, 'digital', chance);
  story.tell(answered, 'care_email', 'email', { type: 'message.in', topic: 'order', ...story.words(answered, 'order') });
  const again = suited(answered + 8 * HOUR, 'carrier', chance);
  story.tell(again, 'parcel_handover', 'order', { type: 'delivery.handed_over' });
  return handOver(story, promise, suited(again + DAY, 'carrier', chance));
}

/** A little extra where things went wrong. */
export function gesture(story: Story, at: number): void {
  const when = suited(at, 'desk', story.chance);
  story.tell(when, 'gesture', 'customer', {
    type: 'gesture.given',
    attributes: { gesture: story.chance.pick(['month free', 'voucher', 'chocolate by post']) },
  });
  story.feel(0.35);
}

/** Getting connected: returns when the line works; null: never. */
export function install(story: Story, deliveredAt: number): number | null {
  const { chance } = story;
  const fate = chance.weighted([
    ['self', 52],
    ['technician', 40],
    ['swap', 3],
    ['silent', 2.5],
    ['cancels', 2.5],
  ] as const);
  if (fate === 'silent') return null;
  let at = suited(deliveredAt + chance.around(14, 0.6) * HOUR, 'digital', chance);
  if (fate === 'cancels') return cancel(story, at, 'web');
  if (fate === 'swap') at = swapRouter(story, at);
  const active = fate === 'technician' ? withTechnician(story, at) : connectMyself(story, at);
  if (active === null) return null;
  story.tell(active, 'line_active', 'contract', { type: 'line.activated' });
  story.feel(0.2);
  if (chance.happens(0.12)) contact(story, { at: active + chance.between(2, 30) * HOUR, topic: 'connection', hard: 0.3 });
  if (chance.happens(0.5)) testSpeed(story, active + chance.between(0.1, 20) * HOUR);
  if (chance.happens(0.13)) survey(story, active + chance.between(10, 40) * HOUR, 'connection', 'recommend');
  return active;
}

function testSpeed(story: Story, at: number): void {
  const { chance } = story;
  const good = chance.happens(0.82);
  story.feel(good ? 0.12 : -0.2);
  const tested = suited(at, 'digital', chance);
  story.tell(tested, 'speed_test', 'device', {
    type: 'speed.tested',
    channel: chance.happens(0.7) ? 'app' : 'web',
    attributes: { mbit: Math.round(good ? chance.between(180, 260) : chance.between(8, 90)) },
  });
  if (!good && chance.happens(0.5)) contact(story, { at: tested + chance.between(0.1, 10) * HOUR, topic: 'connection', hard: 0.4 });
}

/** The wrong router came: back to waiting for a parcel. */
function swapRouter(story: Story, at: number): number {
  const { chance } = story;
  story.tell(at, 'self_install', 'device', { type: 'selfservice.failed', channel: 'app', topic: 'connection' });
  story.feel(-0.35);
  const asked = contact(story, { at: at + 20 * MINUTE, topic: 'connection', hard: 0.3, forced: true, not: 'chat' });
  const sent = suited(asked + DAY, 'carrier', chance);
  story.tell(sent, 'parcel_handover', 'order', { type: 'delivery.handed_over' });
  const there = suited(sent + DAY, 'carrier', chance);
  story.tell(there, 'parcel_delivered', 'order', { type: 'delivery.delivered' });
  return suited(there + 5 * HOUR, 'digital', chance);
}

function connectMyself(story: Story, startsAt: number): number {
  const { chance } = story;
  const channel = chance.happens(0.75) ? 'app' : 'web';
  let at = startsAt;
  if (chance.happens(0.05)) at = story.tell(at + 5 * MINUTE, 'self_install', 'device', { type: 'click.dead', channel });
  if (!chance.happens(0.24))
    return (
      story.tell(at + chance.around(25, 0.5) * MINUTE, 'self_install', 'device', { type: 'selfservice.succeeded', channel }) + 2 * MINUTE
    );
  at = story.tell(at + chance.around(20, 0.4) * MINUTE, 'self_install', 'device', {
    type: 'selfservice.failed',
    channel,
    topic: 'connection',
  });
  story.feel(-0.2);
  const over = contact(story, { at: at + chance.between(3, 50) * MINUTE, topic: 'connection', hard: 0.3, forced: true });
  return suited(over + chance.around(15, 0.8) * HOUR, 'digital', chance);
}

/** A technician comes: on time, late, on another day, or not at all. */
function withTechnician(story: Story, startsAt: number): number | null {
  const { chance } = story;
  const channel = chance.weighted([
    ['web', 5],
    ['app', 4],
    ['phone', 2],
  ] as const);
  let at = startsAt;
  for (let tries = 1; tries <= 3; tries++) {
    story.tell(at, 'appointment', 'contract', { type: 'appointment.booked', channel });
    const due = localTime(at + chance.between(2, 6) * DAY, chance.pick([10, 12, 14, 16, 18]));
    const promise = story.promise(at, 'appointment', {
      id: `visit-${story.orderId ?? ''}-${tries}`,
      kind: 'appointment',
      due,
      graceSeconds: 1800,
      wording: `The technician comes on ${weekdayName(due)}.`,
      channel,
      sequence: 1,
    });
    const came = visit(story, promise, at);
    if (came !== null) return came;
    at = suited(due + chance.between(3, 30) * HOUR, 'digital', chance);
  }
  return null;
}

function visit(story: Story, promise: PromiseTruth, bookedAt: number): number | null {
  const { chance } = story;
  const { due } = promise;
  const fate = chance.weighted([
    ['kept', 80],
    ['late', 6],
    ['moved', 6],
    ['no show', 5],
    ['withdrawn', 3],
  ] as const);
  if (fate === 'withdrawn') {
    story.settle(bookedAt + (due - bookedAt) * 0.6, promise, 'appointment', 'withdrawn');
    return null;
  }
  if (fate === 'no show') {
    story.tell(due + 3 * HOUR, 'technician_visit', 'contract', { type: 'appointment.missed', signals: [{ kind: 'dead_end' }] });
    story.feel(-0.45);
    if (chance.happens(0.7)) contact(story, { at: due + chance.between(0.5, 5) * HOUR, topic: 'appointment', hard: 0.4 });
    return null;
  }
  let comes = due - chance.between(0.3, 3) * HOUR;
  if (fate === 'late') comes = due + chance.between(1, 5) * HOUR;
  if (fate === 'moved') {
    story.settle(due - chance.between(4, 26) * HOUR, promise, 'appointment', { due: due + DAY });
    comes = due + chance.between(18, 23.9) * HOUR;
  }
  story.tell(comes, 'technician_visit', 'contract', { type: 'appointment.started' });
  story.settle(comes, promise, 'technician_visit', 'kept');
  story.feel(fate === 'kept' ? 0.2 : -0.15);
  return comes + chance.between(30, 100) * MINUTE;
}
