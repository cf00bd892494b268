import type { FactorInput } from '#lib/contract/index.ts';
import { DAY, HOUR } from '#lib/contract/time.ts';
import type { Area } from './people.ts';

/** A storm over one area. Times are ms since 1970. */
export interface Storm {
  readonly id: string;
  readonly name: string;
  readonly area: Area;
  readonly from: number;
  readonly to: number;
}

/** After the history a storm comes up every so often, over one area after the other, for this long. */
const LATER_EVERY = 9 * DAY;
const LATER_LASTS = 28 * HOUR;
const LATER_AREAS: readonly Area[] = ['south', 'east', 'north', 'west'];
const LATER_NAMES = ['Carl', 'Dora', 'Emil', 'Frida', 'Gustav', 'Hanna', 'Ivo', 'Jana', 'Knut', 'Lena', 'Max', 'Nele'] as const;

/** The storms around a history: three days in the north, long over, one in the west that is still blowing at the end, and some later ones. */
export function stormsOf(endsAt: number): readonly Storm[] {
  return [
    { id: 'demo-storm-north', name: 'Storm Demo-Anna', area: 'north', from: endsAt - 11.5 * DAY, to: endsAt - 8.5 * DAY },
    { id: 'demo-storm-west', name: 'Storm Demo-Bela', area: 'west', from: endsAt - 20 * HOUR, to: endsAt + 8 * HOUR },
    ...LATER_NAMES.map((name, k): Storm => {
      const from = endsAt + (k + 1) * LATER_EVERY;
      const area = LATER_AREAS[k % LATER_AREAS.length] ?? 'south';
      return { id: `demo-storm-${name.toLowerCase()}`, name: `Storm Demo-${name}`, area, from, to: from + LATER_LASTS };
    }),
  ];
}

/** The storm over an area at an instant, if any. */
export function stormAt(storms: readonly Storm[], at: number, area: Area): Storm | undefined {
  return storms.find((storm) => storm.area === area && at >= storm.from && at < storm.to);
}

/** Whether any storm blows: then every queue is longer. */
export function anyStorm(storms: readonly Storm[], at: number): boolean {
  return storms.some((storm) => at >= storm.from && at < storm.to);
}

/** A storm as `POST /v1/factors` takes it. */
export function factorOf(storm: Storm): FactorInput {
  return { id: storm.id, kind: 'storm', name: storm.name, from: storm.from, to: storm.to, areas: [storm.area], journeys: ['broadband'] };
}
