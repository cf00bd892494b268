/** How much a sender may ask for at once. */
export interface Limits {
  /** bytes of a request's body, before and after inflating */
  readonly bodyBytes: number;
  /** levels of nesting in one event, itself included */
  readonly depth: number;
  readonly eventsPerRequest: number;
  /** characters of one event's JSON */
  readonly eventCharacters: number;
  /** identifiers of one event */
  readonly identifiers: number;
  /** requests worked on at a time; more are answered 429 */
  readonly requestsAtOnce: number;
}

/** The limits that the README documents. */
export const LIMITS: Limits = {
  bodyBytes: 1_048_576,
  depth: 32,
  eventsPerRequest: 10_000,
  eventCharacters: 262_144,
  identifiers: 20,
  requestsAtOnce: 256,
};

/** Characters of a refused event that quarantine keeps. */
export const QUARANTINE_CHARACTERS = 32_768;

/** Latest instant a promise or factor may name: 2100-01-01, ms since 1970. */
export const LATEST_PLAN_MS = Date.UTC(2100, 0, 1);
