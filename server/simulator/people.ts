import type { Chance } from './random.ts';

/** Areas of the example country, and how many of the customers live there. */
const AREAS = [
  ['north', 27],
  ['east', 19],
  ['south', 30],
  ['west', 24],
] as const;
export type Area = (typeof AREAS)[number][0];

/** Segments of the broadband journey, and their shares. */
const SEGMENTS = [
  ['consumer', 80],
  ['business', 15],
  ['vip', 5],
] as const;
export type Segment = (typeof SEGMENTS)[number][0];

/** Monthly prices of the tariffs each segment buys, EUR. */
const TARIFFS: Readonly<Record<Segment, readonly number[]>> = {
  consumer: [29.95, 39.95, 49.95],
  business: [59.9, 89.9],
  vip: [49.95, 69.95],
};
const CONTRACT_MONTHS = 24;

/** What a customer's contract is worth over its two years. */
export function contractOf({ segment, index }: Pick<Person, 'segment' | 'index'>): { readonly value: number; readonly currency: string } {
  const prices = TARIFFS[segment];
  const monthly = prices[index % prices.length] ?? 0;
  return { value: Math.round(100 * CONTRACT_MONTHS * monthly) / 100, currency: 'EUR' };
}

/**
 * Telephone numbers that no subscriber has: Bundesnetzagentur keeps these German blocks (Berlin, Frankfurt, Hamburg, Cologne, Munich) and
 * Arcep these French ones for films. They parse as valid numbers, which the British drama block +44 7700 900xxx does not.
 */
const GERMAN_BLOCKS = ['+493023125', '+496990009', '+494066969', '+492214710', '+498999998'] as const;
const GERMAN_NUMBERS = 5_000;
const FRENCH_NUMBERS = 20_000;
/** From this place in the row on, numbers are those of callers nobody knows. */
const STRANGERS_FROM = 15_000;
const FRENCH_BLOCKS = ['+3363998', '+3319900'] as const;

/** Common names that stand behind "Demo", so that somebody can be looked for by name. */
const FIRST_NAMES = [
  ...['Ada', 'Ali', 'Amir', 'Anna', 'Ben', 'Carla', 'Clara', 'David', 'Elif', 'Emil', 'Eva', 'Felix', 'Finn', 'Greta', 'Hanna', 'Ida'],
  ...['Ivan', 'Jan', 'Jonas', 'Julia', 'Karim', 'Klara', 'Lea', 'Leon', 'Lina', 'Luis', 'Maria', 'Mila', 'Nadia', 'Noah', 'Olga', 'Oskar'],
  ...['Paul', 'Petra', 'Rosa', 'Sami', 'Sofia', 'Tom', 'Vera', 'Yusuf', 'Zoe'],
] as const;
const LAST_NAMES = [
  ...['Adler', 'Arslan', 'Bauer', 'Becker', 'Berger', 'Bianchi', 'Brandt', 'Castro', 'Costa', 'Dietrich', 'Dubois', 'Ebert', 'Fischer'],
  ...['Garcia', 'Graf', 'Haas', 'Hansen', 'Heinz', 'Horvat', 'Jansen', 'Kaya', 'Keller', 'Klein', 'Kowalski', 'Kraus', 'Lang', 'Lehmann'],
  ...['Marino', 'Meyer', 'Moreau', 'Nowak', 'Otto', 'Peters', 'Popescu', 'Richter', 'Roth', 'Schmidt', 'Silva', 'Sommer', 'Tran', 'Ulrich'],
  ...['Vogel', 'Wagner', 'Weber', 'Yilmaz', 'Ziegler'],
] as const;

/** The number of somebody who calls without being known: of those that no customer of the usual history has. */
export function strangersPhone(index: number): string | null {
  return fictionalPhone(STRANGERS_FROM + (index % (GERMAN_NUMBERS + FRENCH_NUMBERS - STRANGERS_FROM)));
}

/** One invented customer. Everything about them says that they are invented. */
export interface Person {
  /** number among the customers of one run */
  readonly index: number;
  readonly customerId: string;
  readonly anonymousId: string;
  readonly email: string;
  /** null: the company has no number */
  readonly phone: string | null;
  readonly name: string;
  readonly segment: Segment;
  readonly area: Area;
  /** identifies orders and tickets: append a number */
  readonly mark: string;
}

/** The fictional number of a place in the row; null beyond the last one. */
export function fictionalPhone(place: number): string | null {
  if (place < GERMAN_NUMBERS)
    return `${GERMAN_BLOCKS[place % GERMAN_BLOCKS.length] ?? ''}${digits(Math.floor(place / GERMAN_BLOCKS.length), 3)}`;
  const rest = place - GERMAN_NUMBERS;
  if (rest >= FRENCH_NUMBERS) return null;
  return `${FRENCH_BLOCKS[rest % FRENCH_BLOCKS.length] ?? ''}${digits(Math.floor(rest / FRENCH_BLOCKS.length), 4)}`;
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

/**
 * Invents a customer.
 * @param run prefix that tells runs apart: customers of two runs never share an identifier
 * @param withPhone whether this run may use the fictional numbers, of which there are only enough for one
 */
export function inventPerson(run: string, index: number, chance: Chance, withPhone: boolean): Person {
  const mark = `${run}${digits(index, 5)}`;
  return {
    index,
    customerId: `DEMO-${mark}`,
    anonymousId: `anon-${mark}-${Math.floor(chance.next() * 0xffffff).toString(16)}`,
    email: `demo.${mark.toLowerCase()}@example.${chance.happens(0.7) ? 'com' : 'org'}`,
    phone: withPhone && chance.happens(0.85) ? fictionalPhone(index) : null,
    name: `Demo ${FIRST_NAMES[index % FIRST_NAMES.length] ?? ''} ${LAST_NAMES[Math.floor(index / FIRST_NAMES.length) % LAST_NAMES.length] ?? ''}`,
    segment: chance.weighted(SEGMENTS),
    area: chance.weighted(AREAS),
    mark,
  };
}
