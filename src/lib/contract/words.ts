/** The closed vocabularies of the product. Every stage of the program uses these words and no others. */

/** Where customer and company meet. `partner` and `outside` are channels nobody here controls. */
export const CHANNELS = ['web', 'app', 'phone', 'chat', 'email', 'store', 'social', 'post', 'partner', 'outside'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Who is in control of a touchpoint. */
export const CONTROLLERS = ['us', 'partner', 'outside'] as const;
export type Controller = (typeof CONTROLLERS)[number];

/** What kind of clue a touchpoint gives: it works, it is a thing, it is a person. */
export const CLUES = ['functional', 'mechanic', 'humanic'] as const;
export type Clue = (typeof CLUES)[number];

/** What a stage is for the customer. The buying path is the part until the sale; the whole experience is all of it. */
export const PHASES = ['buying', 'using', 'support', 'leaving'] as const;
export type Phase = (typeof PHASES)[number];

/** How a case can leave the plan. */
export const DEVIATIONS = ['missing', 'tooOften', 'outOfOrder', 'exclusive'] as const;
export type DeviationKind = (typeof DEVIATIONS)[number];

/** The fifteen friction components, in the order in which they are shown: functional failures first. */
export const COMPONENTS = [
  'promise_missed',
  'dead_end',
  'repeat_contact',
  'reopen',
  'abandon',
  'repeat_info',
  'forced_switch',
  'failed_self_service',
  'transfer',
  'wait',
  'error',
  'rage_click',
  'backtrack',
  'dwell',
  'dead_click',
] as const;
export type Component = (typeof COMPONENTS)[number];

/** Component names a person understands, in English for commands and reports; pages have them in every language. */
export const COMPONENT_NAMES: Readonly<Record<Component, string>> = {
  promise_missed: 'Promise missed',
  dead_end: 'Dead end',
  repeat_contact: 'Had to contact again',
  reopen: 'Case reopened',
  abandon: 'Gave up',
  repeat_info: 'Had to repeat information',
  forced_switch: 'Forced to switch channel',
  failed_self_service: 'Self-service failed',
  transfer: 'Transferred',
  wait: 'Waited too long',
  error: 'Error shown',
  rage_click: 'Rage clicks',
  backtrack: 'Sent back a step',
  dwell: 'Stayed unusually long',
  dead_click: 'Dead clicks',
};

/** The seven emotions a customer can be seen in. `unknown` is not one of them and never drawn as neutral. */
export const EMOTIONS = ['frustrated', 'anxious', 'confused', 'disappointed', 'neutral', 'satisfied', 'delighted'] as const;
export type Emotion = (typeof EMOTIONS)[number];
export type EmotionOrUnknown = Emotion | 'unknown';

/** Where a statement about emotion comes from, strongest first. */
export const EMOTION_SOURCES = ['survey', 'agent', 'text', 'behaviour'] as const;
export type EmotionSource = (typeof EMOTION_SOURCES)[number];

/** What became of a promise. */
export type PromiseState = 'open' | 'kept' | 'late' | 'broken' | 'withdrawn';

/** The sliding windows of the heatmap, with their length and grain in minutes. "Exact" means exact at the grain. */
export const WINDOWS = {
  '15m': { minutes: 15, grain: 1 },
  '1h': { minutes: 60, grain: 1 },
  '4h': { minutes: 240, grain: 5 },
  '24h': { minutes: 1440, grain: 15 },
  '7d': { minutes: 10080, grain: 60 },
} as const;
export type Window = keyof typeof WINDOWS;
export const WINDOW_NAMES = Object.keys(WINDOWS) as readonly Window[] as readonly [Window, ...Window[]];

/** How the heatmap's columns can be cut. */
export const COLUMNS = ['channel', 'segment', 'owner', 'clue'] as const;
export type Column = (typeof COLUMNS)[number];
/** The column of what counts against no department: under a factor outside our control, or at a touchpoint that nobody here controls. */
export const OUTSIDE = 'outside our control';
/** The column that holds a stage as a whole. */
export const ALL = 'all';
/** A name that came with the data, as a column: one that is a word of ours stands in quotation marks, so that it is a column of its own. */
export function ownColumn(name: string): string {
  return name === ALL || name === OUTSIDE ? `“${name}”` : name;
}
/** The variant of the cases that belong to none. */
export const BASE_VARIANT = 'base';

/** What the squares of the heatmap can carry besides friction and feeling, where somebody asks for it. */
export const HEAT_EXTRAS = ['promises', 'clues'] as const;
export type HeatExtra = (typeof HEAT_EXTRAS)[number];

/** Fewest visits for which a cell shows a number. */
export const FEW = 5;
/** Fewest visits for which a cell is drawn without "uncertain". */
export const UNCERTAIN = 30;
