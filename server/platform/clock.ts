/** Where time comes from: milliseconds since 1970. Injected, so that tests decide what time it is. */
export type Clock = () => number;

/** The machine's clock. */
export const systemClock: Clock = () => Date.now();
