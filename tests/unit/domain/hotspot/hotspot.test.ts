import { beforeAll, describe, expect, it } from 'vitest';
import { clockOf } from '#server/domain/hotspot/local-time.ts';
import { History, REFERENCE_DAYS } from '#server/domain/hotspot/usual.ts';
import type { Usual } from '#server/domain/hotspot/usual.ts';
import { SquareWatch } from '#server/domain/hotspot/watch.ts';

const DAY = 1440;
const DAYS = 28;
const SQUARES = 60;
const SEEDS = 20;
/** A Monday, in minutes since 1970. */
const START = 29_000 * DAY - ((29_000 + 3) % 7) * DAY;

/** Small, fast, and the same everywhere (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function poisson(mean: number, random: () => number): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let [count, product] = [0, random()];
  while (product > limit) [count, product] = [count + 1, product * random()];
  return count;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Three visits in four are easy; the others cost 10 to 60 points. */
const friction = (random: () => number): number => (random() < 0.75 ? 0 : 10 + 50 * random());

/** A square's customers: busy by day, fewer at weekends, and some days busier than others for reasons nobody knows. */
class Square {
  readonly #rate: number;
  readonly #random: () => number;
  #luck = 1;
  constructor(rate: number, random: () => number) {
    this.#rate = rate;
    this.#random = random;
  }
  rateIn(hour: number): number {
    if (hour % 24 === 0) this.#luck = Math.exp(0.2 * normal(this.#random));
    const ofDay = 0.1 + 0.9 * Math.max(0, Math.sin(((hour % 24) - 6) * (Math.PI / 16))) ** 1.5;
    const weekend = [0, 6].includes((Math.floor(hour / 24) + 4) % 7);
    return this.#rate * ofDay * (weekend ? 0.5 : 1) * this.#luck;
  }
  pain(visits: number): number {
    let pain = 0;
    for (let i = 0; i < visits; i++) pain += friction(this.#random);
    return pain;
  }
}

interface Found {
  readonly falseAlarms: number;
  /** minutes from the beginning of the seeded spike until it was found; undefined: never */
  readonly delay: number | undefined;
  readonly sinceError: number | undefined;
  readonly overAfter: number | undefined;
}

/** Four weeks that tell what is usual, then four weeks that are watched, with a spike in one square. */
function simulate(seed: number): Found {
  const random = randomOf(seed);
  const spikeSquare = Math.floor(random() * SQUARES);
  const spikeAt = START + Math.floor((2 + random() * (DAYS - 3)) * DAY);
  const spikeMinutes = 40;
  let falseAlarms = 0;
  let delay: number | undefined;
  let sinceError: number | undefined;
  let overAfter: number | undefined;
  for (let i = 0; i < SQUARES; i++) {
    const square = new Square(0.02 * 150 ** random(), random);
    const history = new History(START / 15, 0);
    for (let hour = START / 60 - REFERENCE_DAYS * 24; hour < START / 60; hour++) {
      const rate = square.rateIn(hour);
      for (let quarter = hour * 4; quarter < hour * 4 + 4; quarter++) {
        const visits = poisson(15 * rate, random);
        history.add('it', quarter, { visits, pain: square.pain(visits) });
      }
    }
    const watch = new SquareWatch();
    for (let hour = START / 60; hour < START / 60 + DAYS * 24; hour++) {
      const none = Math.exp(-square.rateIn(hour));
      let usual: Usual | null = null;
      for (let minute = hour * 60; minute < hour * 60 + 60; minute++) {
        if (minute % 15 === 0) usual = history.usual('it', minute / 15);
        let visits = 0;
        for (let product = random(); product > none; product *= random()) visits++;
        let pain = visits === 0 ? 0 : square.pain(visits);
        if (i === spikeSquare && minute >= spikeAt && minute < spikeAt + spikeMinutes) {
          for (let k = 0; k < 12; k++) pain += 45 + 30 * random();
        }
        watch.show(minute, pain, usual);
      }
    }
    for (const episode of watch.episodes) {
      const seeded = i === spikeSquare && episode.foundAt >= spikeAt && episode.foundAt < spikeAt + spikeMinutes;
      if (!seeded) falseAlarms++;
      else if (delay === undefined) {
        delay = episode.foundAt - spikeAt;
        sinceError = Math.abs(episode.since - spikeAt);
        overAfter = episode.until === null ? undefined : episode.until - (spikeAt + spikeMinutes);
      }
    }
  }
  return { falseAlarms, delay, sinceError, overAfter };
}

describe('over 28 days and 60 squares, for 20 seeds', () => {
  let found: readonly Found[] = [];
  beforeAll(() => {
    found = Array.from({ length: SEEDS }, (_, seed) => simulate(seed + 1));
  }, 120_000);

  it('a seeded spike is found within a minute, and dated by when it began', () => {
    for (const { delay, sinceError } of found) {
      expect(delay).toBeLessThanOrEqual(1);
      expect(sinceError).toBeLessThanOrEqual(5);
    }
  });
  it('it is over, by the clock, within two hours of its end, and never before', () => {
    for (const { overAfter } of found) {
      expect(overAfter).toBeGreaterThanOrEqual(0);
      expect(overAfter).toBeLessThanOrEqual(120);
    }
  });
  it('there is not one false alarm a day', () => {
    for (const { falseAlarms } of found) expect(falseAlarms).toBeLessThanOrEqual(28);
  });
});

describe('what is usual', () => {
  const monday = (START / DAY) * 96;
  const isWeekend = (quarter: number): boolean => [0, 6].includes((Math.floor(quarter / 96) + 4) % 7);
  const taught = (painOf: (quarter: number) => number, since = 0): History => {
    const history = new History(monday, since);
    for (let quarter = monday - REFERENCE_DAYS * 96; quarter < monday; quarter++)
      history.add('it', quarter, { visits: painOf(quarter) / 20, pain: painOf(quarter) });
    return history;
  };

  it('is told by the same time of working days, not by nights and weekends', () => {
    const history = taught((quarter) => (Math.floor((quarter % 96) / 8) === 6 ? (isWeekend(quarter) ? 100 : 600) : 20));
    expect(history.usual('it', monday + 52)?.pain).toBeCloseTo(600, 6);
    expect(history.usual('it', monday + 52)?.visits).toBeCloseTo(30, 6);
    expect(history.usual('it', monday + 5 * 96 + 52)?.pain).toBeCloseTo(100, 6);
    expect(history.usual('it', monday + 12)?.pain).toBe(20);
  });
  it('goes by the journey’s own clock: nine o’clock stays nine o’clock when the clock changes, and Saturday begins at its midnight', () => {
    const clock = clockOf('Europe/Berlin');
    // The clock went back on 25 October 2026 at 01:00 UTC.
    const [end, changed] = [Date.UTC(2026, 10, 2) / 900_000, Date.UTC(2026, 9, 25, 1) / 900_000];
    const local = (quarter: number): number => quarter + (quarter < changed ? 8 : 4);
    const history = new History(end, 0, clock);
    for (let quarter = end - REFERENCE_DAYS * 96; quarter < end; quarter++) {
      const busy = [9, 10].includes(Math.floor((local(quarter) % 96) / 4));
      const pain = isWeekend(local(quarter)) ? 7 : busy ? 600 : 20;
      history.add('it', quarter, { visits: 1, pain });
    }
    const at = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 10, day, hour, minute) / 900_000;
    // Tuesday 3 November: 09:30 in Berlin is 08:30 UTC, and 11:30, when it is quiet, is what 09:30 UTC was in summer.
    expect(history.usual('it', at(3, 8, 30))?.pain).toBeCloseTo(600, 6);
    expect(history.usual('it', at(3, 9, 15))?.pain).toBeCloseTo(600, 6);
    expect(history.usual('it', at(3, 7, 15))?.pain).toBe(20);
    expect(history.usual('it', at(3, 10, 30))?.pain).toBe(20);
    // Friday 23:30 UTC is Saturday in Berlin.
    expect(history.usual('it', at(6, 23, 30))?.pain).toBe(7);
    expect(history.usual('it', at(6, 22, 15))?.pain).toBe(20);
    expect([changed - 1, changed].map(clock)).toEqual([8, 4]);
    expect(clockOf('Asia/Kathmandu')(end)).toBe(23);
  });
  it('is not raised much by a former hotspot', () => {
    const at = monday - 5 * 96 + 48;
    expect(taught((quarter) => (quarter === at || quarter === at + 1 ? 5000 : 100)).usual('it', monday + 48)?.pain).toBe(100);
  });
  it('comes in larger units where it comes in bursts, so that a burst as usual is no hotspot', () => {
    const bursts = taught((quarter) => (quarter % 5 === 0 ? 500 : 0)).usual('it', monday + 48);
    expect(bursts?.unit).toBeGreaterThan(300);
    const watch = new SquareWatch();
    for (let i = 0; i < 600; i++) watch.show(START + i, i % 75 === 0 ? 500 : 0, bursts ?? null);
    expect(watch.episodes).toEqual([]);
  });
  it('is not known after a day, and then nothing is called a hotspot', () => {
    expect(taught(() => 5, monday - 96).usual('it', monday + 48)).toBeNull();
    const watch = new SquareWatch();
    for (let i = 0; i < 60; i++) watch.show(START + i, 4000, null);
    expect(watch.episodes).toEqual([]);
  });
});

describe('a watched square', () => {
  const usual: Usual = { visits: 8, pain: 75, unit: 30 };
  const play = (pains: readonly number[]): SquareWatch => {
    const watch = new SquareWatch();
    pains.forEach((pain, i) => watch.show(START + i, pain, usual));
    return watch;
  };
  const calm = (minutes: number): number[] => Array<number>(minutes).fill(5);

  it('opens when it hurts, and is over when it has been calm for a quarter of an hour, dated by the first calm minute', () => {
    const { episodes } = play([...calm(120), ...Array<number>(30).fill(500), ...calm(60)]);
    expect(episodes).toHaveLength(1);
    expect(episodes[0]?.since).toBe(START + 120);
    expect(episodes[0]?.foundAt).toBeLessThanOrEqual(START + 121);
    expect(episodes[0]?.until).toBeGreaterThanOrEqual(START + 150);
    expect(episodes[0]?.until).toBeLessThanOrEqual(START + 166);
  });
  it('stays open as long as it hurts', () => {
    const watch = play([...calm(60), ...Array<number>(600).fill(200)]);
    expect(watch.open).toBe(true);
    expect(watch.episodes).toHaveLength(1);
  });
  it('is the same whatever came more than an hour before, as long as that was calm', () => {
    const spike = [...Array<number>(20).fill(400), ...calm(40)];
    const late = play([...calm(300), ...spike]).episodes.map((one) => one.since - START - 300);
    const soon = play([...calm(70), ...spike]).episodes.map((one) => one.since - START - 70);
    expect(late).toEqual(soon);
  });
  it('does not mind one very hard visit', () => {
    expect(play([...calm(60), 100, ...calm(60)]).episodes).toEqual([]);
  });
});
