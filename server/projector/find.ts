import type { CustomerHit, FindAnswer, FindHow, UnknownCaller } from '#lib/contract/index.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import { MOST_HITS, fits, partialQueries } from '#server/domain/find/query.ts';
import type { PartialQuery, TermRange } from '#server/domain/find/query.ts';
import { findableOf, termsOf, unknownSince } from '#server/domain/find/terms.ts';
import type { TermKind } from '#server/domain/find/terms.ts';
import { keys } from '#server/redis/keys.ts';
import { peopleBehind } from './customers.ts';
import type { CustomerReading } from './customers.ts';
import { boundsOf, readEntry, shardKey } from './find-index.ts';
import { readState } from './saved-states.ts';

/** Digits of a number by which an unknown caller can be told from others. */
const DIGITS_SHOWN = 4;
/** Entries of a page, and pages of one partition, that are looked through for names of several words. */
const PAGE = 1000;
const MOST_PAGES = 10;

/** Somebody who may be meant, before anything is read of them. */
interface Match {
  readonly person: string;
  readonly kind: string;
  readonly how: FindHow;
  /** exact: the identifier; else the entry under which they stand */
  readonly text: string;
}

/** An identifier that was typed, with its node. */
export interface Candidate {
  readonly kind: string;
  readonly value: string;
  readonly node: string;
}

/** Finds people by any identifier, exactly. The first kind with a match comes first; each person once. */
export async function findExactly(reading: CustomerReading, candidates: readonly Candidate[]): Promise<FindAnswer> {
  const found = await Promise.all(
    candidates.map(async ({ kind, value, node }) =>
      (await peopleBehind(reading, node)).map((person): Match => ({ person, kind, how: 'exact', text: value })),
    ),
  );
  return {
    searched: candidates.map(({ kind, value }) => ({ kind, value, how: 'exact' })),
    ...(await hitsOf(reading, found.flat())),
  };
}

/**
 * Finds people by the beginning of a name or e-mail address, or by the last digits of a number.
 * @param may whether the one who asks may look for this
 */
export async function findPartly(reading: CustomerReading, q: string, may: (kind: TermKind) => boolean): Promise<FindAnswer> {
  const queries = partialQueries(q).filter(({ kind }) => may(kind));
  const found = await Promise.all(queries.map((query) => matchesOf(reading, query)));
  const { hits, more } = await hitsOf(
    reading,
    found.flatMap(({ matches }) => matches),
  );
  return {
    searched: queries.map(({ kind, value }) => ({ kind, value, how: howOf(kind) })),
    hits,
    more: more || found.some((one) => one.cut),
  };
}

function howOf(kind: TermKind): FindHow {
  return kind === 'phone' ? 'ending' : 'beginning';
}

/** What was read of some ranges. */
interface Read {
  readonly entries: ReturnType<typeof readEntry>[];
  /** there may be more that fit */
  readonly cut: boolean;
}

async function matchesOf(reading: CustomerReading, query: PartialQuery): Promise<{ readonly matches: Match[]; readonly cut: boolean }> {
  const read = await Promise.all(query.ranges.flatMap((range) => everywhere(reading, (p) => entriesOf(reading, p, { range, pages: 1 }))));
  // Where words that stand together already make more people than are shown, nobody has to look through the others.
  const many = new Set(read.flatMap(({ entries }) => entries.map(({ person }) => person))).size > MOST_HITS;
  const narrowest = many ? undefined : await narrowestOf(reading, query.either);
  if (narrowest !== undefined)
    read.push(...(await Promise.all(everywhere(reading, (p) => entriesOf(reading, p, { range: narrowest, pages: MOST_PAGES })))));
  const texts = new Map<string, string>();
  for (const { person, text } of read.flatMap(({ entries }) => entries)) {
    const known = texts.get(person);
    if (known === undefined || text < known) texts.set(person, text);
  }
  const matches = [...texts].map(([person, text]): Match => ({ person, kind: query.kind, how: howOf(query.kind), text }));
  // Who is called exactly that comes before those who are called something longer.
  matches.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  return { matches, cut: read.some((one) => one.cut) };
}

function everywhere<Made>({ partitions }: CustomerReading, make: (partition: number) => Made): Made[] {
  return Array.from({ length: partitions }, (_, p) => make(p));
}

/** The range with the fewest entries: of `sch anna`, those of anna. */
async function narrowestOf(reading: CustomerReading, ranges: readonly TermRange[]): Promise<TermRange | undefined> {
  const counted = await Promise.all(
    ranges.map(async (range) => {
      const { min, max } = boundsOf(range.prefix, range.whole);
      const counts = everywhere(reading, (p) => reading.redis.zLexCount(shardKey(p, range.kind, range.shard), min, max));
      return { range, count: (await Promise.all(counts)).reduce((sum, count) => sum + count, 0) };
    }),
  );
  return counted.sort((a, b) => a.count - b.count)[0]?.range;
}

/** Entries of one partition that fit, as many as a list holds: looked for page by page. */
async function entriesOf(
  { redis }: CustomerReading,
  partition: number,
  { range, pages }: { readonly range: TermRange; readonly pages: number },
): Promise<Read> {
  const { min, max } = boundsOf(range.prefix, range.whole);
  const key = shardKey(partition, range.kind, range.shard);
  const size = pages === 1 ? MOST_HITS + 1 : PAGE;
  const entries: ReturnType<typeof readEntry>[] = [];
  let from = min;
  for (let page = 0; page < pages; page++) {
    const found = await redis.zRangeByLex(key, from, max, { LIMIT: { offset: 0, count: size } });
    for (const entry of found) {
      const read = readEntry(entry);
      if (fits(range, read.text)) entries.push(read);
    }
    const last = found.at(-1);
    if (last === undefined || found.length < size) return { entries, cut: false };
    if (entries.length > MOST_HITS) break;
    from = `(${last}`;
  }
  return { entries, cut: true };
}

/** Reads those who are meant: each once, at most as many as a list holds. */
async function hitsOf(reading: CustomerReading, matches: readonly Match[]): Promise<Pick<FindAnswer, 'hits' | 'more'>> {
  const first = new Map<string, Match>();
  for (const match of matches) if (!first.has(match.person)) first.set(match.person, match);
  const shown = [...first.values()].slice(0, MOST_HITS);
  const read = await Promise.all(
    shown.map(async (match) => {
      const state = await readState(reading, match.person);
      return state === null ? null : hitOf(match, state);
    }),
  );
  return { hits: read.filter((hit) => hit !== null), more: first.size > MOST_HITS };
}

function hitOf(match: Match, state: CustomerState): CustomerHit {
  return {
    customer: match.person,
    matched: match.kind,
    how: match.how,
    value: match.how === 'exact' ? match.text : (inFull(match, state) ?? ''),
    name: state.name === '' ? null : state.name,
    segment: state.segment === '' ? null : state.segment,
    events: state.events,
    lastAt: state.lastAt,
  };
}

/** What an entry was made of. */
function inFull({ kind, text }: Match, state: CustomerState): string | undefined {
  if (kind === 'name') return state.name;
  return state.identifiers.find(
    ([known, value]) => known === kind && termsOf({ name: '', identifiers: [[known, value, 0]] })[0]?.text === text,
  )?.[1];
}

/** People in contact lately of whom nobody knows who they are, the latest first. @param most of them */
export async function unknownCallers(reading: CustomerReading, most: number): Promise<UnknownCaller[]> {
  const found = await Promise.all(
    Array.from({ length: reading.partitions }, (_, p) => reading.redis.zRange(keys.unknown(p), 0, most - 1, { REV: true })),
  );
  const callers = await Promise.all(
    found.flat().map(async (customer): Promise<UnknownCaller | null> => {
      const state = await readState(reading, customer);
      const contact = state?.lastContact;
      if (state === null || contact === null || contact === undefined || unknownSince(findableOf(state)) === 0) return null;
      const phone = state.identifiers.findLast(([kind]) => kind === 'phone')?.[1];
      return { customer, at: contact[0], channel: contact[1], ending: phone?.slice(-DIGITS_SHOWN) ?? null };
    }),
  );
  return callers
    .filter((caller) => caller !== null)
    .sort((a, b) => b.at - a.at || (a.customer < b.customer ? -1 : 1))
    .slice(0, most);
}
