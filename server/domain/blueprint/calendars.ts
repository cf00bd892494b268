import { weekOf } from '#lib/contract/index.ts';
import type { JourneyFile } from '#lib/contract/index.ts';
import { Calendar } from '../kernel/calendar.ts';

/** The calendars of a journey, by owner. */
export interface OwnerCalendars {
  /** The calendar an owner works by; null: none is set, every hour counts. */
  of(owner: string): Calendar | null;
}

/** Makes the calendars of a journey ready. */
export function compileCalendars(file: Pick<JourneyFile, 'calendars' | 'owners' | 'zone'>): OwnerCalendars {
  const calendars = new Map(
    Object.entries(file.calendars).map(([id, one]) => [
      id,
      new Calendar({ zone: one.zone ?? file.zone, week: weekOf(one), holidays: one.holidays }),
    ]),
  );
  const byOwner = new Map(
    file.owners.map((owner) => [owner.name, owner.calendar === undefined ? undefined : calendars.get(owner.calendar)]),
  );
  return { of: (owner) => byOwner.get(owner) ?? null };
}
