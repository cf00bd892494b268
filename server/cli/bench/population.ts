import type { StoredEvent } from '#server/domain/event/event.ts';
import type { NodeHasher } from '#server/security/node-hash.ts';

/** Somebody of the population. */
export interface Inhabitant {
  readonly name: string;
  readonly customerId: string;
  readonly email: string;
  /** E.164 */
  readonly phone: string;
}

const FIRST =
  'Anna Ben Clara David Emma Felix Greta Hannes Ida Jonas Katharina Lukas Maria Noah Olga Paul Ruth Simon Thea Ulrich Vera Wilhelm Yasemin Zoe Jürgen Søren Łucja José Ayşe Minh'.split(
    ' ',
  );
const LAST =
  'Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Köhler'.split(
    ' ',
  );
const SYLLABLES =
  'ba be bo da den der el er fel gar gen hal ham hau ina jan kam kar kel lau lin mar men nau neu ost pet ram rei ros sal sen tau tin ul ven wal wen zim zow'.split(
    ' ',
  );

/** Numbers that look thrown, the same for the same place and turn. */
function thrown(place: number, turn: number): number {
  let x = Math.imul(place + 1, 0x9e3779b1) ^ Math.imul(turn + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
const pick = (from: readonly string[], dice: number): string => from[dice % from.length] ?? '';

/** Every other last name is one of a few that many share, as people are; the others are made of syllables. */
function lastName(place: number): string {
  if (thrown(place, 2) % 2 === 0) return pick(LAST, Math.min(thrown(place, 3), thrown(place, 4)) % LAST.length);
  const made = [5, 6, 7].map((turn) => pick(SYLLABLES, thrown(place, turn))).join('');
  return `${made.charAt(0).toUpperCase()}${made.slice(1)}`;
}

/** The inhabitant at a place: made up, the same every time. */
export function inhabitant(place: number): Inhabitant {
  const name = `${pick(FIRST, thrown(place, 0))} ${lastName(place)}`;
  const plain = name
    .normalize('NFKD')
    .replace(/[^A-Za-z ]/g, '')
    .toLowerCase()
    .replace(' ', '.');
  return {
    name,
    customerId: `C${100_000 + place}`,
    email: `${plain}.${place.toString(36)}@example.${pick(['com', 'org', 'net'], thrown(place, 8))}`,
    phone: `+4915${String(100_000_000 + ((place * 7919) % 900_000_000))}`,
  };
}

/** The one event by which the product knows them. */
export function eventOf(one: Inhabitant, at: number, nodeOf: NodeHasher): StoredEvent {
  const who = (['customerId', 'email', 'phone'] as const).map((kind) => [kind, one[kind], nodeOf(kind, one[kind])] as const);
  const under = who[0]?.[2] ?? '';
  return {
    key: nodeOf('key', one.customerId).padEnd(24, '0'),
    source: 'bench',
    id: one.customerId,
    at,
    received: at + 1000,
    under,
    who,
    type: 'identify',
    attributes: { name: one.name },
  };
}
