import type { FactorInput } from '#lib/contract/index.ts';
import { DAY, HOUR } from './calendar.ts';
import type { Area } from './people.ts';

/** A storm over one area. Times are ms since 1970. */
export interface Storm {
  readonly id: string;
  readonly name: string;
  readonly area: Area;
  readonly from: number;
  readonly to: number;
}

/** The storms of a history: three days in the north, long over, and one in the west that is still blowing at the end. */
export function stormsOf(endsAt: number): readonly Storm[] {
  return [
    { id: 'demo-storm-north', name: 'Storm Demo-Anna', area: 'north', from: endsAt - 11.5 * DAY, to: endsAt - 8.5 * DAY },
    { id: 'demo-storm-west', name: 'Storm Demo-Bela', area: 'west', from: endsAt - 20 * HOUR, to: endsAt + 8 * HOUR },
  ];
}

/** The storm of the day of a later start, so that something is always going on; another start on the same day replaces it. */
export function stormOfStart(startsAt: number): Storm {
  return {
    id: `demo-storm-south-${Math.floor(startsAt / DAY)}`,
    name: 'Storm Demo-Carl',
    area: 'south',
    from: startsAt - HOUR,
    to: startsAt + 8 * HOUR,
  };
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
