import { describe, expect, it } from 'vitest';
import type { ContagionView } from '#lib/contract/index.ts';
import { contagionBetween, exposedTo, reaches } from '#server/domain/association/contagion.ts';
import type { Passage, PassageVisit, Traveller } from '#server/domain/association/passage.ts';
import { associationInSteps } from '#server/domain/view/association.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BEGUN = 100 * DAY;
const WINDOW = 7 * DAY;
const BETWEEN = { from: 'Sales', to: 'Care' };
const by = { window: WINDOW, until: BEGUN + 30 * DAY, reach: [new Set(['Sales', 'Care'])] };

interface Somebody {
  readonly bad?: boolean;
  /** the friction came only after so long, ms */
  readonly badAfter?: number;
  readonly uses?: readonly number[];
  readonly since?: number;
}

function traveller(name: string, { bad = false, badAfter = 0, uses = [], since = BEGUN - 20 * DAY }: Somebody): Traveller {
  const minute = BEGUN / MINUTE;
  const visit: PassageVisit = {
    ...{ touchpoint: 0, stage: 0, channel: 'web', owner: 'Sales', begun: BEGUN, from: minute, last: minute, friction: bad ? 60 : 0 },
    valence: null,
    points: bad
      ? [
          [minute, badAfter === 0 ? 60_000 : 0, null],
          [minute + badAfter / MINUTE, 60_000, null],
        ]
      : [[minute, 0, null]],
  };
  const passage: Passage = {
    ...{ customer: name, caseId: name, segment: 's', channel: 'web', opened: BEGUN, touches: [] },
    visits: [visit],
  };
  return { customer: name, since, passages: [passage], uses: new Map([['Care', uses.map((after) => BEGUN + after)]]) };
}

/** So many alike, of whom so many use the other department five days later. */
const many = (name: string, n: number, used: number, of: Somebody): Traveller[] =>
  Array.from({ length: n }, (_, i) => traveller(`${name}${i}`, { ...of, uses: [...(of.uses ?? []), ...(i < used ? [5 * DAY] : [])] }));

describe('a bad experience with one department, and the next', () => {
  it('is compared within groups known for as long, with the very numbers of the vector', () => {
    const everybody = [
      ...many('new bad', 100, 20, { bad: true, since: BEGUN - DAY }),
      ...many('new', 300, 90, { since: BEGUN - DAY }),
      ...many('loyal bad', 100, 45, { bad: true }),
      ...many('loyal', 400, 240, {}),
    ];
    const told = contagionBetween(BETWEEN, exposedTo(everybody, BETWEEN, by));
    expect([told.bad, told.others]).toEqual([
      { n: 200, used: 65, usedBefore: 0 },
      { n: 700, used: 330, usedBefore: 0 },
    ]);
    expect(told.after?.ratio).toBeCloseTo(0.7234, 4);
    expect(told.after?.low).toBeCloseTo(0.5881, 4);
    expect(told.after?.high).toBeCloseTo(0.8898, 4);
    expect(told.after?.p).toBeCloseTo(0.00125, 5);
    expect(told.before).toBeNull();
  });

  it('is the same to the last digit, whoever was read first', () => {
    const everybody = [1, 3, 8, 40, 100, 400].flatMap((days) => [
      ...many(`${days} bad`, 7 + days, 3, { bad: true, since: BEGUN - days * DAY }),
      ...many(`${days}`, 31 + days, 11 + (days % 7), { since: BEGUN - days * DAY, uses: days % 3 === 0 ? [-40 * DAY] : [] }),
    ]);
    const forth = contagionBetween(BETWEEN, exposedTo(everybody, BETWEEN, by));
    for (let i = 1; i < everybody.length; i += 29)
      expect(contagionBetween(BETWEEN, exposedTo([...everybody.slice(i), ...everybody.slice(0, i)], BETWEEN, by))).toEqual(forth);
    expect(contagionBetween(BETWEEN, exposedTo(everybody.toReversed(), BETWEEN, by))).toEqual(forth);
  });

  it('goes by the contact that came first, whichever case was opened first', () => {
    const later = traveller('somebody', { bad: true });
    const [passage] = later.passages;
    const [visit] = passage?.visits ?? [];
    if (passage === undefined || visit === undefined) throw new Error('no visit');
    const earlier = { ...passage, caseId: 'opened later', visits: [{ ...visit, begun: BEGUN - DAY, friction: 0, points: [] }] };
    const [told] = exposedTo([{ ...later, passages: [passage, earlier] }], BETWEEN, by);
    expect(told?.passage.caseId).toBe('opened later');
  });

  it('the time before shows where the groups differed already', () => {
    const before = (n: number, used: number, bad: boolean): Traveller[] =>
      Array.from({ length: n }, (_, i) => traveller(`${bad} ${i}`, { bad, uses: i < used ? [-2 * DAY] : [] }));
    const unlike = contagionBetween(BETWEEN, exposedTo([...before(200, 20, true), ...before(200, 100, false)], BETWEEN, by));
    expect(unlike.before?.high).toBeLessThan(1);
    const alike = contagionBetween(BETWEEN, exposedTo([...before(200, 60, true), ...before(200, 60, false)], BETWEEN, by));
    expect(alike.before?.ratio).toBeCloseTo(1, 10);
  });

  it('what is found against a contact after it was judged is not held against it', () => {
    const [late] = exposedTo([traveller('late', { bad: true, badAfter: 2 * DAY, uses: [5 * DAY] })], BETWEEN, by);
    expect(late).toMatchObject({ bad: false, used: true });
  });

  it('who went on before the experience could be judged says nothing', () => {
    const slow = many('slow', 40, 40, {});
    const exposed = exposedTo([...slow, traveller('quick', { uses: [HOUR] })], BETWEEN, by);
    expect(exposed.map(({ traveller: { customer } }) => customer)).not.toContain('quick');
    expect(exposed).toHaveLength(40);
  });

  describe('as the page says it', () => {
    const blueprint = blueprintsFrom(TEST_JOURNEY).all[0];
    /** What it says of the two departments. */
    function told(travellers: readonly Traveller[]): ContagionView | undefined {
      if (blueprint === undefined) throw new Error('no journey');
      const at = by.until;
      const steps = associationInSteps({
        ...{ blueprint, window: '7d', position: { at, live: true }, from: BEGUN - DAY, until: at - WINDOW },
        ...{ travellers, limited: false, leftOut: 0, unreadable: 0 },
      });
      for (;;) {
        const step = steps.next();
        if (step.done === true) return step.value.contagion.find(({ from, to }) => from === BETWEEN.from && to === BETWEEN.to);
      }
    }

    it('fewer come, where that is clear', () => {
      expect(told([...many('bad', 200, 40, { bad: true }), ...many('other', 400, 240, {})])?.verdict).toBe('less');
    });

    it('nothing is clear where nearly everybody comes, however small the correction makes the chance', () => {
      const one = told([...many('bad', 1000, 999, { bad: true }), ...many('other', 30, 30, {})]);
      expect(one?.ratio?.p).toBeLessThan(0.05);
      expect(one?.verdict).toBe('chance');
    });

    it('nothing is claimed where only one group had been there before, because whether they were alike cannot be told', () => {
      const been = Array.from({ length: 200 }, (_, i) => traveller(`been ${i}`, { uses: i < 100 ? [-2 * DAY] : [5 * DAY] }));
      const one = told([...many('bad', 200, 20, { bad: true }), ...been]);
      expect(one?.before).toBeNull();
      expect(one?.verdict).toBe('unknown');
    });
  });

  it('is not told of contacts whose time is not over, nor of departments that can no longer be met', () => {
    const one = [traveller('one', {})];
    expect(exposedTo(one, BETWEEN, { ...by, until: BEGUN + WINDOW - 1 })).toEqual([]);
    expect(exposedTo(one, BETWEEN, { ...by, reach: [new Set(['Sales'])] })).toEqual([]);
  });

  it('what can be met from a stage follows the ways that the journey allows', () => {
    const blueprint = blueprintsFrom(TEST_JOURNEY.replace(', next: [look, order, deliver, happy]', '')).all[0];
    if (blueprint === undefined) throw new Error('no journey');
    const [look, , , happy] = reaches(blueprint);
    expect([...(look ?? [])].sort()).toEqual(['Care', 'Logistics', 'Marketing', 'Product', 'Sales']);
    expect([...(happy ?? [])].sort()).toEqual(['Care', 'Product', 'Sales']);
  });
});
