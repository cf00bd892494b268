import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EVENT, cellKey } from '#server/domain/kernel/counters.ts';
import { MINUTE, minuteOf } from '#server/domain/kernel/time.ts';
import type { TraceEvents } from '#server/domain/silence/sources.ts';
import { healthOf, pastHealth } from '#server/domain/silence/sources.ts';
import { projectFile } from '#server/platform/files.ts';
import { blueprintsFrom } from '../../../support/world.ts';

const blueprint = blueprintsFrom(readFileSync(projectFile('server/journeys/broadband.yaml'), 'utf8')).get('broadband');
if (blueprint === undefined) throw new Error('no journey');
const AT = Date.UTC(2026, 9, 15, 12);
const [first] = blueprint.sources;
const touchpoint = blueprint.touchpoints.find(({ source }) => source === first?.id);
const cell = cellKey('E', blueprint.journey, blueprint.version, [touchpoint?.id ?? '']);

/** A ledger with one event at a minute, which notes how much of it was read. */
function ledger(minute: number): { readonly trace: TraceEvents; readonly read: () => number } {
  let read = 0;
  return {
    trace: (_version, { from, to }, tracer) => {
      read += to - from + 1;
      if (minute >= from && minute <= to) tracer(cell, EVENT.events, minute, minute, 1);
    },
    read: () => read,
  };
}

const healthAt = (lastMinute: number) => {
  const { trace, read } = ledger(lastMinute);
  const seen = new Map([[first?.id ?? '', AT + MINUTE]]);
  const [health] = pastHealth(blueprint, AT, { seen, versions: [blueprint], trace });
  return { health, read: read() };
};

it('finds when a source that was down at a past minute had last spoken without reading all that ever happened', () => {
  const hours = minuteOf(AT) - 5 * 60 - Math.ceil((first?.silentAfter.ms ?? 0) / MINUTE);
  const { health, read } = healthAt(hours);
  expect(health).toMatchObject({ state: 'down', lastAt: hours * MINUTE });
  expect(read).toBeLessThan(7 * 24 * 60);
});

it('counts only the time in which a source speaks, where the journey names it', () => {
  const text = readFileSync(projectFile('server/journeys/broadband.yaml'), 'utf8').replace(
    /id: store, name: (.*), silentAfter: 3h/,
    'id: store, name: $1, silentAfter: {working: 3h}, calendar: stores',
  );
  const tills = blueprintsFrom(text.replace(/^calendars:\n/m, "calendars:\n  stores: { hours: { mon-sat: '09:00-18:00' }, zone: UTC }\n"))
    .get('broadband')
    ?.sources.find(({ id }) => id === 'store');
  if (tills === undefined) throw new Error('no such source');
  const saturday = Date.UTC(2026, 9, 17, 17);
  const states = [Date.UTC(2026, 9, 18, 12), Date.UTC(2026, 9, 19, 11), Date.UTC(2026, 9, 19, 11, 0, 0, 1)].map(
    (at) => healthOf(tills, saturday, at).state,
  );
  expect(states).toEqual(['up', 'up', 'down']);
});

it('says of a source that had not been heard of by then that it never was, reading each minute once', () => {
  const { health, read } = healthAt(minuteOf(AT) + 1);
  expect(health).toMatchObject({ state: 'never', lastAt: null });
  expect(read).toBeLessThanOrEqual(minuteOf(AT) + 1);
  expect(healthAt(minuteOf(AT)).health).toMatchObject({ state: 'up' });
});
