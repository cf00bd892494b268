import type { Channel } from '#lib/contract/index.ts';

/** The systems that send events, each under its own source name. */
export const FEEDS = ['web', 'app', 'store', 'orders', 'carrier', 'field', 'billing', 'telephony', 'desk', 'social', 'survey'] as const;
export type Feed = (typeof FEEDS)[number];

/** Stages of the broadband journey, in order; the first five are the funnel. */
export const STAGES = ['look', 'order', 'deliver', 'install', 'bill', 'help', 'stay', 'recommend', 'leave'] as const;
export type StageId = (typeof STAGES)[number];
/** Stages that are steps of the funnel; the last is the goal. */
export const STEPS: readonly StageId[] = STAGES.slice(0, 5);

/** What the simulator knows of a touchpoint: where it places a case (null: nowhere), its usual channel, who sends it. */
export interface KnownTouchpoint {
  readonly stage: StageId | null;
  readonly channel: Channel;
  readonly feed: Feed;
}

const placed = (stage: StageId | null, channel: Channel, feed: Feed): KnownTouchpoint => ({ stage, channel, feed });

/** Touchpoints of `server/journeys/broadband.yaml`; a test holds the two against each other. */
export const TOUCHPOINTS = {
  website: placed('look', 'web', 'web'),
  availability_check: placed('look', 'web', 'web'),
  offer_compare: placed('look', 'web', 'web'),
  review_site: placed('look', 'social', 'social'),
  leaflet: placed('look', 'post', 'web'),
  shop_visit: placed('look', 'store', 'store'),
  advice_call: placed('look', 'phone', 'telephony'),
  order_form: placed('order', 'web', 'web'),
  order_placed: placed('order', 'web', 'orders'),
  credit_check: placed('order', 'partner', 'orders'),
  order_correction: placed('order', 'email', 'orders'),
  parcel_handover: placed('deliver', 'partner', 'carrier'),
  parcel_scan: placed('deliver', 'partner', 'carrier'),
  parcel_missed: placed('deliver', 'partner', 'carrier'),
  parcel_tracking: placed('deliver', 'web', 'web'),
  delivery_notice: placed('deliver', 'email', 'orders'),
  parcel_delivered: placed('deliver', 'partner', 'carrier'),
  appointment: placed('install', 'web', 'field'),
  self_install: placed('install', 'app', 'app'),
  technician_visit: placed('install', 'partner', 'field'),
  line_active: placed('install', 'partner', 'orders'),
  speed_test: placed('install', 'app', 'app'),
  first_bill: placed('bill', 'email', 'billing'),
  bill_explained: placed('bill', 'app', 'app'),
  payment: placed('bill', 'app', 'billing'),
  fault_report: placed('help', 'app', 'app'),
  troubleshooter: placed('help', 'web', 'web'),
  repair_visit: placed('help', 'partner', 'field'),
  ticket: placed('help', 'email', 'desk'),
  community: placed('help', 'social', 'social'),
  check_in: placed('stay', 'email', 'orders'),
  renewal_offer: placed('stay', 'email', 'orders'),
  contract_page: placed('stay', 'app', 'app'),
  notice_given: placed('leave', 'web', 'orders'),
  renewed: placed('stay', 'web', 'orders'),
  contract_ended: placed('leave', 'email', 'orders'),
  referral: placed('recommend', 'social', 'social'),
  order_cancelled: placed(null, 'web', 'orders'),
  account: placed(null, 'web', 'web'),
  store_tablet: placed(null, 'store', 'store'),
  call_back: placed(null, 'phone', 'telephony'),
  care_call: placed(null, 'phone', 'telephony'),
  care_chat: placed(null, 'chat', 'desk'),
  shop_help: placed(null, 'store', 'store'),
  care_email: placed(null, 'email', 'desk'),
  social_message: placed(null, 'social', 'social'),
  refund: placed(null, 'email', 'billing'),
  gesture: placed(null, 'email', 'desk'),
  survey: placed(null, 'email', 'survey'),
  weather: placed(null, 'outside', 'carrier'),
} as const satisfies Readonly<Record<string, KnownTouchpoint>>;
export type TouchpointId = keyof typeof TOUCHPOINTS;

/** The feed of an event: its touchpoint's, except that web and app name themselves. */
export function feedOf(touchpoint: TouchpointId, channel: Channel): Feed {
  const usual: Feed = TOUCHPOINTS[touchpoint].feed;
  if (usual !== 'web' && usual !== 'app') return usual;
  return channel === 'app' ? 'app' : channel === 'store' ? 'store' : channel === 'phone' ? 'telephony' : 'web';
}
