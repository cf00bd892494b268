import type { Channel } from '#lib/contract/index.ts';
import { DAY, HOUR, MINUTE } from '#lib/contract/time.ts';
import { suited } from './calendar.ts';
import { contact } from './contacts.ts';
import type { TouchpointId } from './catalogue.ts';
import { contractOf } from './people.ts';
import type { Story } from './story.ts';

/** Tablets in shops that many customers use: one device id, never one person. */
const TABLETS = ['tablet-shop-3', 'tablet-shop-7'] as const;
/** Of those who begin in a shop, how many use its tablet. */
const TABLET_SHARE = 0.1;
/** Of those who sign in, how many say their name with it. */
const NAMED_SHARE = 0.7;
const LONGEST_LOOK = 20 * DAY;

type Device = 'web' | 'app' | 'store';

/**
 * Looking around, from the first visit on.
 * @returns when the customer goes on to order, and on what device; null: never does
 */
export function lookAround(story: Story, startsAt: number): { readonly at: number; readonly device: Device } | null {
  const { chance, person } = story;
  const device = firstDevice(story, startsAt);
  let at = arrive(story, device, startsAt);
  const sessions = 1 + (chance.happens(0.4) ? 1 + chance.below(2) : 0);
  for (let i = 0; i < sessions; i++) {
    if (i > 0) at = suited(at + chance.around(1.4, 0.8) * DAY, 'digital', chance);
    if (at - startsAt > LONGEST_LOOK) break;
    at = browse(story, i === 0 && device === 'store' ? 'store' : device === 'store' ? 'web' : device, at);
  }
  const asks = person.segment === 'consumer' ? 0.08 : 0.3;
  if (chance.happens(asks)) at = askFirst(story, device, at);
  const goes = chance.happens(person.segment === 'vip' ? 0.78 : person.segment === 'business' ? 0.68 : 0.6);
  if (!goes) return null;
  const pause = chance.happens(0.45) ? chance.between(1, 9) * MINUTE : chance.around(1.1, 0.7) * DAY;
  const when = pause < HOUR ? at + pause : suited(at + pause, 'digital', chance);
  return when - startsAt > LONGEST_LOOK
    ? null
    : {
        at: when,
        device:
          device === 'store' && when + HOUR < story.world.shopsUntil && chance.happens(0.5) ? 'store' : device === 'app' ? 'app' : 'web',
      };
}

function firstDevice(story: Story, at: number): Device {
  const device = story.chance.weighted<Device>([
    ['web', 72],
    ['app', 20],
    ['store', 8],
  ]);
  const shopClosed = at + 2 * HOUR > story.world.shopsUntil;
  return device === 'store' && (shopClosed || story.caseId !== null) ? 'web' : device;
}

/** The first event says which segment and area they look for. */
function arrive(story: Story, device: Device, at: number): number {
  const { chance, person } = story;
  const about = { segment: person.segment, area: person.area };
  if (device === 'store') {
    const queued = story.tell(at, 'shop_visit', 'customer', { type: 'contact.queued', topic: 'offer', ...about });
    const answered = story.tell(queued + chance.around(4, 0.7) * MINUTE, 'shop_visit', 'customer', {
      type: 'contact.answered',
      topic: 'offer',
    });
    return signUpInShop(story, answered + chance.between(2, 9) * MINUTE);
  }
  const first = chance.weighted<TouchpointId>([
    ['website', 82],
    ['review_site', 9],
    ['leaflet', 9],
  ]);
  const type = first === 'website' ? 'page.viewed' : first === 'review_site' ? 'review.read' : 'leaflet.scanned';
  const channel = first === 'website' ? { channel: device } : {};
  story.tell(at, first, 'device', { type, ...channel, ...about });
  return at + chance.between(10, 90) * 1000;
}

/** In the shop they sign up with the staff, or by themselves on a tablet that others used before and will use after. */
function signUpInShop(story: Story, at: number): number {
  story.known = true;
  const shared = story.chance.happens(TABLET_SHARE);
  story.tell(at, shared ? 'store_tablet' : 'account', 'everything', { type: 'account.signed_in', channel: 'store' });
  const last = story.drafts.at(-1);
  if (shared && last !== undefined) last.body.customer['anonymousId'] = story.chance.pick(TABLETS);
  const said = story.chance.happens(0.3) ? story.words(at + 6 * MINUTE, 'offer') : {};
  return story.tell(at + 6 * MINUTE, 'shop_visit', 'customer', { type: 'contact.ended', topic: 'offer', outcome: 'resolved', ...said });
}

function browse(story: Story, device: Device, startsAt: number): number {
  const { chance } = story;
  const channel: Channel = device;
  if (device === 'store') return startsAt;
  let at = startsAt;
  const step = (): number => (at += chance.between(15, 200) * 1000);
  if (chance.happens(0.25)) story.tell(step(), 'website', 'device', { type: 'page.viewed', channel });
  if (chance.happens(0.05)) story.tell(step(), 'website', 'device', { type: 'click.rage', channel });
  if (chance.happens(0.06)) story.tell(step(), 'offer_compare', 'device', { type: 'click.dead', channel });
  if (chance.happens(0.32)) checkAvailability(story, device, step());
  if (chance.happens(0.27)) story.tell(step(), 'offer_compare', 'device', { type: 'offer.compared', channel });
  return at;
}

function checkAvailability(story: Story, channel: Channel, at: number): void {
  const { chance } = story;
  const attributes = { form: 'availability' };
  if (chance.happens(0.07)) {
    story.tell(at, 'availability_check', 'device', { type: 'error.shown', channel, attributes: { code: 'E-503' } });
    story.feel(-0.12);
  }
  if (chance.happens(0.1)) story.tell(at + 9000, 'availability_check', 'device', { type: 'form.abandoned', channel, attributes });
  else if (chance.happens(0.05))
    story.tell(at + 9000, 'availability_check', 'device', {
      type: 'form.submitted',
      channel,
      attributes,
      outcome: 'no_answer',
      signals: [{ kind: 'dead_end' }],
    });
  else story.tell(at + 9000, 'availability_check', 'device', { type: 'form.submitted', channel, attributes });
}

/** Leaves name and number, then asks on the phone or in the chat. */
function askFirst(story: Story, device: Device, at: number): number {
  const { chance } = story;
  signIn(story, device, at + MINUTE);
  if (!chance.happens(0.5)) return contact(story, { at: at + chance.between(0.1, 6) * HOUR, topic: 'offer', hard: 0.12 });
  const calls = suited(at + chance.between(0.1, 20) * HOUR, 'desk', chance);
  story.tell(calls, 'advice_call', 'phone', { type: 'contact.queued', topic: 'offer' });
  const answered = story.tell(calls + chance.around(50, 0.8) * 1000, 'advice_call', 'phone', { type: 'contact.answered', topic: 'offer' });
  const over = answered + chance.around(6, 0.4) * MINUTE;
  const said = chance.happens(0.4) ? story.words(over, 'offer') : {};
  return story.tell(over, 'advice_call', 'phone', { type: 'contact.ended', topic: 'offer', outcome: 'resolved', ...said });
}

/** From here on the company knows who used this device; whoever opens an account then says their name, others had one before. */
export function signIn(story: Story, device: Device, at: number): void {
  if (story.known) return;
  story.known = true;
  const { name } = story.person;
  const opens = story.chance.happens(NAMED_SHARE);
  story.tell(at, 'account', 'everything', {
    type: opens ? 'identify' : 'account.signed_in',
    channel: device === 'store' ? 'web' : device,
    attributes: { name, synthetic: true },
  });
}

/** Ordering: returns when the order goes to the warehouse; null: it never does. */
export function order(story: Story, startsAt: number, device: Device): number | null {
  const { chance, person } = story;
  const channel: Channel = device;
  if (chance.happens(0.05) && device !== 'store') story.tell(startsAt, 'offer_compare', 'device', { type: 'offer.compared', channel });
  let at = startsAt;
  if (chance.happens(0.07)) {
    at = story.tell(at + chance.between(20, 90) * 1000, 'order_form', 'device', {
      type: 'error.shown',
      channel,
      attributes: { code: 'E-IBAN' },
    });
    if (chance.happens(0.3)) story.tell(at + 3000, 'order_form', 'device', { type: 'click.rage', channel });
    story.feel(-0.12);
  }
  const resumes = abandon(story, channel, at + chance.between(1, 4) * MINUTE);
  if (resumes === null) return null;
  at = resumes;
  signIn(story, device, at);
  at += chance.between(40, 200) * 1000;
  story.newOrder();
  const finished: Channel = channel === 'store' && at > startsAt + 30 * MINUTE ? 'web' : channel;
  const about = { segment: person.segment, area: person.area, attributes: { name: person.name, synthetic: true } };
  story.tell(at, 'order_form', 'device', { type: 'form.submitted', channel: finished, attributes: { form: 'order' } });
  const ordered = { ...about, attributes: { ...about.attributes, ...contractOf(person) } };
  story.tell(at, 'order_placed', 'everything', { type: 'order.placed', channel: finished, sequence: 1, ...ordered });
  if (chance.happens(0.5)) story.tell(at, 'credit_check', 'order', { type: 'order.checked', sequence: 2, outcome: 'passed' });
  return check(story, at, channel);
}

/** Some leave the form; half of these come back. Returns when the form goes on; null: never. */
function abandon(story: Story, channel: Channel, at: number): number | null {
  const { chance } = story;
  if (!chance.happens(0.12)) return at;
  story.tell(at, 'order_form', 'device', { type: 'form.abandoned', channel, attributes: { form: 'order' } });
  story.feel(-0.08);
  if (!chance.happens(0.42)) return null;
  const back = suited(at + chance.around(14, 0.7) * HOUR, 'digital', chance);
  const there: Channel = channel === 'store' ? 'web' : channel;
  if (chance.happens(0.3)) story.tell(back, 'offer_compare', 'device', { type: 'offer.compared', channel: there });
  return story.tell(back + 2 * MINUTE, 'order_form', 'device', { type: 'form.started', channel: there });
}

function check(story: Story, placedAt: number, channel: Channel): number | null {
  const { chance } = story;
  const fate = chance.weighted([
    ['well', 79.5],
    ['address', 6],
    ['cancels', 6],
    ['refused', 1.5],
    ['anxious', 7],
  ] as const);
  let at = placedAt + chance.between(9, 26) * HOUR;
  if (fate === 'refused') return cancel(story, placedAt + chance.between(2, 30) * HOUR, 'email');
  if (fate === 'cancels')
    return cancel(story, suited(placedAt + chance.between(1, 24) * HOUR, 'digital', chance), channel === 'store' ? 'phone' : channel);
  if (fate === 'anxious') contact(story, { at: placedAt + chance.between(2, 20) * HOUR, topic: 'order', hard: 0.2 });
  if (fate === 'address') {
    story.tell(placedAt + 3 * HOUR, 'order_correction', 'contract', {
      type: 'order.correction_requested',
      signals: [{ kind: 'repeat_info' }],
    });
    story.feel(-0.1);
    const answered = suited(placedAt + chance.between(5, 40) * HOUR, 'digital', chance);
    story.tell(answered, 'care_email', 'email', { type: 'message.in', topic: 'order', ...story.words(answered, 'order') });
    at = answered + chance.between(6, 20) * HOUR;
  }
  return suited(at, 'carrier', chance);
}

/** Takes the order back: out of the funnel, neither won nor lost. */
export function cancel(story: Story, at: number, channel: Channel): null {
  const instant = Math.round(at);
  story.endAt(instant, 'order_placed');
  story.exclude(instant);
  story.tell(instant, 'order_cancelled', 'contract', { type: 'order.cancelled', channel: channel === 'store' ? 'phone' : channel });
  story.closeCase();
  return null;
}
