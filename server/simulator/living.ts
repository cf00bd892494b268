import type { Channel } from '#lib/contract/index.ts';
import { DAY, HOUR, MINUTE } from '#lib/contract/time.ts';
import { gesture } from './arriving.ts';
import { suited } from './calendar.ts';
import { contact, survey } from './contacts.ts';
import type { PromiseTruth, Story } from './story.ts';
import { stormAt } from './weather.ts';

/** The first bill, and paying it. Returns when the bill came. */
export function firstBill(story: Story, activeAt: number): number {
  const { chance } = story;
  const channel = chance.weighted<Channel>([
    ['email', 7],
    ['post', 1.5],
    ['app', 1.5],
  ]);
  const at = story.tell(activeAt + chance.around(1.6, 0.45) * DAY, 'first_bill', 'contract', { type: 'bill.issued', channel });
  const surprising = chance.happens(0.16);
  if (surprising) story.feel(-0.3);
  if (chance.happens(surprising ? 0.8 : 0.25)) explain(story, suited(at + chance.around(14, 0.9) * HOUR, 'digital', chance), surprising);
  if (chance.happens(surprising ? 0.75 : 0.06)) askAboutBill(story, suited(at + chance.around(20, 0.8) * HOUR, 'desk', chance));
  pay(story, at);
  if (chance.happens(0.02)) failAgain(story, at + chance.between(2, 6) * DAY);
  return at;
}

function explain(story: Story, at: number, surprising: boolean): void {
  const { chance } = story;
  const channel = chance.happens(0.7) ? 'app' : 'web';
  story.tell(at, 'bill_explained', 'device', { type: 'page.viewed', channel });
  if (surprising && chance.happens(0.25)) story.tell(at + 40_000, 'bill_explained', 'device', { type: 'click.rage', channel });
  if (chance.happens(0.06)) story.tell(at + 60_000, 'bill_explained', 'device', { type: 'click.dead', channel });
}

function askAboutBill(story: Story, at: number): void {
  const { chance } = story;
  const over = contact(story, { at, topic: 'bill', hard: 0.35 });
  if (!chance.happens(0.4)) return;
  const due = suited(over + 5 * DAY, 'desk', chance);
  const promise = story.promise(over + 2 * MINUTE, 'refund', {
    id: `refund-${story.orderId ?? ''}`,
    kind: 'refund',
    due,
    graceSeconds: 43_200,
    wording: 'The difference is on your account within five days.',
  });
  const fate = chance.weighted([
    ['kept', 72],
    ['late', 15],
    ['broken', 13],
  ] as const);
  if (fate === 'kept') story.settle(due - chance.between(4, 70) * HOUR, promise, 'refund', 'kept');
  if (fate === 'late') story.settle(due + chance.between(1, 6) * DAY, promise, 'refund', 'kept');
  if (fate !== 'kept') story.feel(-0.25);
  if (fate === 'broken') contact(story, { at: due + chance.between(1, 3) * DAY, topic: 'bill', hard: 0.4, tried: 1 });
}

function pay(story: Story, billedAt: number): void {
  const { chance } = story;
  const channel = chance.weighted<Channel>([
    ['app', 5],
    ['web', 4],
    ['post', 1],
  ]);
  const at = suited(billedAt + chance.around(6, 0.4) * DAY, 'digital', chance);
  if (channel !== 'post' && chance.happens(0.05)) story.tell(at - 40_000, 'payment', 'device', { type: 'error.shown', channel });
  if (chance.happens(0.93)) story.tell(at, 'payment', 'contract', { type: 'bill.paid', channel });
  else story.tell(billedAt + 15 * DAY, 'payment', 'contract', { type: 'bill.reminder_sent', channel: 'post' });
}

/** The line dies after the first bill: the technician comes again, a step back. */
function failAgain(story: Story, at: number): void {
  story.tell(at, 'technician_visit', 'contract', { type: 'appointment.started' });
  story.feel(-0.3);
}

/** Getting help after the line worked once. Returns when it was over; null: never was. */
function getHelp(story: Story, startsAt: number): number | null {
  const { chance } = story;
  const channel = chance.weighted<Channel>([
    ['app', 5],
    ['web', 3],
    ['phone', 3],
  ]);
  const at = suited(startsAt, 'digital', chance);
  if (channel !== 'phone' && chance.happens(0.7) && helpMyself(story, channel, at)) return at;
  const reported = at + 12 * MINUTE;
  story.feel(-0.3);
  story.tell(reported, 'fault_report', channel === 'phone' ? 'phone' : 'device', {
    type: 'fault.reported',
    channel,
    topic: 'fault',
    ...(chance.happens(0.6) ? story.words(reported, 'fault') : {}),
  });
  story.tell(reported + MINUTE, 'ticket', 'contract', { type: 'case.opened', topic: 'fault' });
  const due = suited(reported + 2 * DAY, 'desk', chance);
  const promise = story.promise(reported + 2 * MINUTE, 'fault_report', {
    id: `repair-${story.orderId ?? ''}-${story.newTicket()}`,
    kind: 'repair',
    due,
    graceSeconds: 3600,
    wording: 'Your line works again within two days.',
    channel,
  });
  if (chance.happens(0.5))
    contact(story, {
      at: reported + chance.between(3, 40) * HOUR,
      topic: 'fault',
      hard: 0.45,
      forced: channel !== 'phone' && chance.happens(0.3),
      not: 'store',
    });
  if (chance.happens(0.08)) readForum(story, reported + chance.between(1, 30) * HOUR);
  return repair(story, promise, due);
}

function helpMyself(story: Story, channel: Channel, at: number): boolean {
  const { chance } = story;
  const solved = chance.happens(0.42);
  story.feel(solved ? 0.15 : -0.15);
  const dead = !solved && chance.happens(0.15) ? { signals: [{ kind: 'dead_end' as const }] } : {};
  story.tell(at + chance.between(2, 11) * MINUTE, 'troubleshooter', 'device', {
    type: solved ? 'selfservice.succeeded' : 'selfservice.failed',
    channel,
    topic: 'fault',
    ...dead,
  });
  return solved;
}

function readForum(story: Story, at: number): void {
  const when = suited(at, 'digital', story.chance);
  story.tell(when, 'community', 'customer', { type: 'message.in', ...story.words(when, 'fault') });
}

function repair(story: Story, promise: PromiseTruth, due: number): number | null {
  const { chance } = story;
  const fate = chance.weighted([
    ['kept', 70],
    ['late', 15],
    ['moved', 5],
    ['broken', 6],
    ['withdrawn', 4],
  ] as const);
  const before = promise.madeAt + (due - promise.madeAt) * chance.between(0.3, 0.95);
  if (fate === 'withdrawn') story.settle(before, promise, 'ticket', 'withdrawn');
  if (fate === 'broken') {
    story.feel(-0.5);
    contact(story, { at: due + chance.between(2, 30) * HOUR, topic: 'fault', hard: 0.6, tried: 1 });
    return null;
  }
  let fixed = before;
  if (fate === 'late') fixed = suited(due + chance.between(3, 70) * HOUR, 'desk', chance);
  if (fate === 'moved') {
    story.settle(before, promise, 'ticket', { due: due + DAY });
    fixed = due + chance.between(2, 22) * HOUR;
  }
  if (fate === 'late') story.feel(-0.35);
  if (chance.happens(0.5)) story.tell(fixed, 'repair_visit', 'contract', { type: 'repair.done' });
  if (fate !== 'withdrawn') story.settle(fixed, promise, 'ticket', 'kept');
  story.feel(0.3);
  return closeTicket(story, fixed + chance.between(5, 50) * MINUTE);
}

function closeTicket(story: Story, at: number): number {
  const { chance } = story;
  story.tell(at, 'ticket', 'contract', { type: 'case.closed', outcome: 'resolved' });
  if (chance.happens(0.3)) survey(story, at + chance.between(1, 30) * HOUR, 'fault', 'customer');
  if (!chance.happens(0.1)) return at;
  const again = suited(at + chance.between(0.3, 4) * DAY, 'digital', chance);
  story.tell(again, 'ticket', 'contract', { type: 'case.reopened', topic: 'fault' });
  story.feel(-0.35);
  return story.tell(again + chance.between(8, 60) * HOUR, 'ticket', 'contract', { type: 'case.closed', outcome: 'resolved' });
}

/** The usual life after the first bill: help where it is needed, then renewing, leaving, or hearing nothing. */
export function liveOn(story: Story, billedAt: number): void {
  const { chance } = story;
  const helpAt = outageAt(story, billedAt) ?? (chance.happens(0.24) ? billedAt + chance.between(1, 20) * DAY : null);
  const offerAt = billedAt + chance.between(13, 24) * DAY;
  if (chance.happens(0.08)) watchTelevision(story, billedAt);
  if (helpAt !== null) {
    const over = getHelp(story, helpAt);
    if (over !== null && chance.happens(0.7)) checkIn(story, over + chance.between(20, 50) * HOUR);
    if (story.wellbeing < -0.2 && chance.happens(0.3)) gesture(story, (over ?? helpAt) + chance.between(2, 40) * HOUR);
  }
  decide(story, suited(offerAt, 'desk', chance));
}

/** A storm cuts lines in its area. One that comes up later than this is too far off to be part of a story. */
const SOON = 20 * DAY;

function outageAt(story: Story, billedAt: number): number | null {
  const { chance, person, world } = story;
  const storm = world.storms.find((one) => one.area === person.area && one.to > billedAt + DAY && one.from < billedAt + SOON);
  if (storm === undefined || !chance.happens(0.12)) return null;
  const from = Math.max(storm.from, billedAt + DAY);
  return from < storm.to && stormAt(world.storms, from, person.area) !== undefined ? chance.between(from, storm.to) : null;
}

function checkIn(story: Story, at: number): void {
  const { chance } = story;
  const sent = suited(at, 'desk', chance);
  if (sent >= story.world.checkInsUntil) return;
  story.tell(sent, 'check_in', 'contract', { type: 'check_in.sent' });
  if (!chance.happens(0.3)) return;
  const answered = suited(sent + chance.between(1, 30) * HOUR, 'digital', chance);
  story.tell(answered, 'care_email', 'email', { type: 'message.in', ...story.words(answered, 'fault') });
}

/** Events of a system that nobody has put on the map yet: kept, and shown as unmapped. */
function watchTelevision(story: Story, at: number): void {
  const { chance, person } = story;
  for (let i = 1 + chance.below(3); i > 0; i--) {
    const body = { type: 'tv.channel_changed', touchpoint: 'tv_box', channel: 'app' as const, customer: { customerId: person.customerId } };
    story.drafts.push({ at: suited(at + chance.between(0.2, 20) * DAY, 'digital', chance), feed: 'app', body, due: 0 });
  }
}

function decide(story: Story, offeredAt: number): void {
  const { chance } = story;
  const channel: Channel = chance.happens(0.8) ? 'email' : 'post';
  story.tell(offeredAt, 'renewal_offer', 'contract', { type: 'renewal.offered', channel });
  const at = suited(offeredAt + chance.around(3.5, 0.6) * DAY, 'digital', chance);
  const device = chance.happens(0.6) ? 'app' : 'web';
  if (chance.happens(0.6)) story.tell(at, 'contract_page', 'device', { type: 'page.viewed', channel: device });
  if (chance.happens(0.04)) story.tell(at + 30_000, 'contract_page', 'device', { type: 'form.abandoned', channel: device });
  if (chance.happens(0.12)) contact(story, { at: at + HOUR, topic: 'contract', hard: 0.25 });
  const leaves = Math.max(0.04, 0.16 - 0.25 * story.wellbeing);
  const fate = chance.weighted([
    ['leaves', leaves],
    ['renews', 0.62],
    ['silent', 0.22],
  ] as const);
  if (fate === 'renews') renew(story, at + chance.between(3, 30) * MINUTE, device);
  if (fate === 'leaves') leave(story, at + chance.between(0.2, 40) * HOUR);
}

function renew(story: Story, at: number, device: Channel): void {
  const { chance } = story;
  if (story.wellbeing > 0.35 && chance.happens(0.25))
    story.tell(suited(at - DAY, 'digital', chance), 'referral', 'customer', {
      type: 'referral.sent',
      ...story.words(at - DAY, 'contract'),
    });
  story.endAt(at, 'renewal_offer');
  story.tell(at, 'renewed', 'contract', { type: 'contract.renewed', channel: device });
  story.closeCase();
}

function leave(story: Story, at: number): void {
  const { chance } = story;
  const channel = chance.weighted<Channel>([
    ['web', 5],
    ['email', 2],
    ['post', 2],
    ['phone', 2],
  ]);
  const gone = at + chance.between(5, 12) * DAY;
  const reason = story.wellbeing < 0 ? 'service' : chance.pick(['competitor', 'moving', 'price']);
  story.tell(at, 'notice_given', 'contract', {
    type: 'notice.given',
    channel,
    outcome: 'leaving',
    attributes: { reason },
    ...story.words(at, 'contract'),
  });
  story.endAt(gone, 'notice_given');
  story.tell(gone, 'contract_ended', 'contract', { type: 'contract.ended' });
  story.closeCase();
}
