import { describe, expect, it } from 'vitest';
import { fits, partialQueries } from '#server/domain/find/query.ts';
import { NOBODY, isFoundAlike, shardOf, termsOf, unknownSince } from '#server/domain/find/terms.ts';
import type { Findable } from '#server/domain/find/terms.ts';
import { foldText, wordsOf } from '#server/domain/find/text.ts';

const named = (name: string): string[] => termsOf({ name, identifiers: [] }).map(({ text }) => text);
/** Whether a search leads to a name, without a store: some entry lies in the shard and within the bounds, and fits. */
function leadsTo(typed: string, name: string): boolean {
  const ranges = partialQueries(typed).flatMap((query) => [...query.ranges, ...query.either]);
  return termsOf({ name, identifiers: [] }).some(({ kind, text }) =>
    ranges.some(
      (range) =>
        range.kind === kind &&
        range.shard === shardOf(kind, text) &&
        text.startsWith(range.prefix) &&
        (!range.whole || [undefined, ' '].includes(text[range.prefix.length])) &&
        fits(range, text),
    ),
  );
}

describe('names as they are compared', () => {
  it.each([
    ['Müller', 'muller'],
    ['MUELLER', 'muller'],
    ['Straße', 'strasse'],
    ['Łukasz Żółć', 'lukasz zolc'],
    ['Søren Ærø', 'soren aro'],
    ['Nguyễn', 'nguyen'],
    ['Ирина', 'ирина'],
  ])('%s is %s, without case and accents, however an umlaut is written', (written, folded) => expect(foldText(written)).toBe(folded));

  it('fall apart at whatever is no letter or digit, but not at an apostrophe', () => {
    expect(wordsOf(' Dr. Anna-Lena  O’Brien (2) ')).toEqual(['dr', 'anna', 'lena', 'obrien', '2']);
  });
});

describe('what a customer is found under', () => {
  it('is each word of the name with the others behind it, going round, and no single letter', () => {
    expect(named('Anna M. Meyer')).toEqual(['anna m meyer', 'meyer anna m']);
    expect(named('')).toEqual([]);
  });

  it('is each e-mail address as it stands, and each number backwards; no other identifier', () => {
    const identifiers: Findable['identifiers'] = [
      ['email', 'ada@example.com', 1],
      ['phone', '+4930123', 2],
      ['orderId', '4711', 3],
    ];
    expect(termsOf({ name: '', identifiers })).toEqual([
      { kind: 'email', text: 'ada@example.com' },
      { kind: 'phone', text: '3210394' },
    ]);
  });

  it('is seen at a glance to be the same, and to be another once there is one more or another name', () => {
    const phone = ['phone', '+4930123', 2] as const;
    const before = { name: 'Ada', identifiers: [phone], contact: 1 };
    expect(isFoundAlike(before, { ...before, contact: 5 })).toBe(true);
    expect(isFoundAlike(before, { ...before, name: 'Ada Meyer' })).toBe(false);
    expect(isFoundAlike(before, { ...before, identifiers: [phone, ['email', 'a@b', 3]] })).toBe(false);
    expect(isFoundAlike(NOBODY, before)).toBe(false);
  });
});

describe('an unknown caller', () => {
  const caller: Findable = { name: '', identifiers: [['phone', '+4930123', 1]], contact: 9 };
  it('is in contact, has no name, and nothing but a number or a browser', () => {
    expect(unknownSince(caller)).toBe(9);
    expect(unknownSince({ ...caller, contact: 0 })).toBe(0);
    expect(unknownSince({ ...caller, name: 'Ada' })).toBe(0);
    expect(unknownSince({ ...caller, identifiers: [...caller.identifiers, ['orderId', '1', 2]] })).toBe(0);
  });
});

describe('a search', () => {
  it.each([
    'anna',
    'ann',
    'meyer',
    'mey',
    'Anna Meyer',
    'meyer, anna',
    'anna mey',
    'mey ann',
    'A. Meyer',
    'maria meyer',
    'anna maria meyer',
    'MEYER',
    'name: meyer',
  ])('for "%s" leads to Anna Maria Meyer', (typed) => expect(leadsTo(typed, 'Anna Maria Meyer')).toBe(true));

  it.each(['meyers', 'an', 'nna', 'anna berg', 'anna anna', 'email: anna', 'm', '4711'])(
    'for "%s" does not lead to Anna Maria Meyer',
    (typed) => expect(leadsTo(typed, 'Anna Maria Meyer')).toBe(false),
  );

  it('for a word of two letters finds it as a whole', () => {
    expect(leadsTo('li', 'Wei Li')).toBe(true);
    expect(leadsTo('li', 'Li Wei')).toBe(true);
    expect(leadsTo('li', 'Linda Berg')).toBe(false);
    expect(leadsTo('王伟', '王伟')).toBe(true);
  });

  it('finds Müller by Mueller and the other way round', () => {
    expect([leadsTo('mueller', 'Müller'), leadsTo('müll', 'Mueller'), leadsTo('Mulle', 'Müller')]).toEqual([true, true, true]);
  });

  it('reads four digits and more as the end of a number, in whatever notation, without zeros dialled in front', () => {
    const ends = (typed: string): string[] =>
      partialQueries(typed)
        .filter((q) => q.kind === 'phone')
        .map((q) => q.value);
    expect([ends('4567'), ends('123-45 67'), ends('(030) 1234567'), ends('0049 30 1234567')]).toEqual([
      ['4567'],
      ['1234567'],
      ['301234567'],
      ['49301234567'],
    ]);
    expect([ends('456'), ends('0456'), ends('4567x'), ends('1'.repeat(16))]).toEqual([[], ['0456'], [], []]);
  });

  it('reads three characters and more without blanks as the beginning of an e-mail address', () => {
    const begins = (typed: string): string[] =>
      partialQueries(typed)
        .filter((q) => q.kind === 'email')
        .map((q) => q.value);
    expect([begins('ADA'), begins('ada@ex'), begins('email:4711'), begins('4711'), begins('ad'), begins('ada meyer')]).toEqual([
      ['ada'],
      ['ada@ex'],
      ['4711'],
      [],
      [],
      [],
    ]);
  });
});
