import { weekOf } from '#lib/contract/index.ts';
import type { JourneyFile } from '#lib/contract/index.ts';
import { Calendar } from '../kernel/calendar.ts';

/** The calendars of a journey. */
export interface Calendars {
  /** The calendar of an id; null: there is none, every hour counts. */
  get(id: string | undefined): Calendar | null;
  /** The calendar an owner works by; null: none is set, every hour counts. */
  of(owner: string): Calendar | null;
}

/** Makes the calendars of a journey ready. */
export function compileCalendars(file: Pick<JourneyFile, 'calendars' | 'owners' | 'zone'>): Calendars {
  const calendars = new Map(
    Object.entries(file.calendars).map(([id, one]) => [
      id,
      new Calendar({ zone: one.zone ?? file.zone, week: weekOf(one), holidays: one.holidays }),
    ]),
  );
  const get = (id: string | undefined): Calendar | null => (id === undefined ? null : (calendars.get(id) ?? null));
  const byOwner = new Map(file.owners.map((owner) => [owner.name, get(owner.calendar)]));
  return { get, of: (owner) => byOwner.get(owner) ?? null };
}
