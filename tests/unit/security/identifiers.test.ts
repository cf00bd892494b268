import { describe, expect, test } from 'vitest';
import { searchCandidates, usableIdentifiers } from '#server/security/identifiers.ts';
import { createNodeHasher } from '#server/security/node-hash.ts';
import { createPhoneReader } from '#server/security/phone.ts';

const nodeOf = createNodeHasher('pepper');
const options = { region: 'DE', nodeOf };
const read = (customer: Record<string, unknown>) => usableIdentifiers(customer, options).who.map(([kind, value]) => `${kind}=${value}`);
const problems = (customer: Record<string, unknown>) => usableIdentifiers(customer, options).problems.map(({ field }) => field);

describe('identifiers of an event', () => {
  test('are sorted strongest first, other kinds by name between phone and anonymousId', () => {
    const sent = {
      ticketId: 't',
      zebra: 'z',
      orderId: 'o',
      anonymousId: 'n',
      phone: '0170 1234567',
      card: 'k',
      email: 'A@B.de',
      userId: 'c',
    };
    expect(read(sent)).toEqual([
      'customerId=c',
      'email=a@b.de',
      'phone=+491701234567',
      'card=k',
      'zebra=z',
      'anonymousId=n',
      'orderId=o',
      'ticketId=t',
    ]);
  });

  test('mean the same in every spelling', () => {
    const links = ['tel:+49-170-1234567', 'TEL:0170 1234567', 'tel:+491701234567;ext=12'];
    const copied = [
      '+49\u00a0170\u202f1234567',
      '+49 170 1234567\u200b',
      '(+49) 170 1234567',
      '(0049) 170/1234567',
      '(+49) (0)170 1234567',
    ];
    const typed = ['0170 1234567', '(0170) 1234567', '+49 (0)170 1234567', '00491701234567', '0049 170-123 45 67', ' +491701234567 '];
    for (const phone of [...typed, ...links, ...copied, 491701234567]) {
      const expected = typeof phone === 'number' ? [] : ['phone=+491701234567'];
      expect(read({ phone }).filter((one) => one.includes('+49170'))).toEqual(expected);
    }
    expect(read({ email: ' Ada@Example.COM ' })).toEqual(['email=ada@example.com']);
    expect(read({ email: '\ufeffada@exam\u00adple.com\u200b' })).toEqual(['email=ada@example.com']);
    expect(read({ customerId: 'Cafe\u0301' })).toEqual(['customerId=Caf\u00e9']);
    expect(read({ customerId: 42, userId: '42', user_id: ' 42' })).toEqual(['customerId=42']);
  });

  test('that stand for nobody never join strangers', () => {
    for (const nobody of [
      '',
      '0',
      '-1',
      'null',
      'NULL',
      'undefined',
      'None',
      'anonymous',
      'Unknown',
      'N/A',
      '?',
      'guest',
      '000-000',
      ' ',
      0,
      -1,
      'nil',
      'NA',
      '<null>',
      '[object Object]',
      '\uff10',
      '\uff2e\uff35\uff2c\uff2c',
      'null\u200b',
      'anonym\u00adous',
      '\u200b',
      '\u200d',
      '\u2212\u2060',
      '\u2014',
      '\u22121',
      'n\uff0fa',
      '\uff1f',
    ]) {
      expect(read({ customerId: nobody, orderId: 'o-1' })).toEqual(['orderId=o-1']);
    }
  });

  test('that cannot be right are dropped with a reason, and the others are used', () => {
    const bad = {
      email: 'not an address',
      phone: 'withheld',
      a: '\ud800',
      b: 'x\u202ey',
      c: 2 ** 53 * 4,
      d: null,
      e: true,
      f: 'x'.repeat(129),
      __proto: 'p',
      'a b': 'x',
    };
    expect(read({ ...bad, customerId: 'c' })).toEqual(['customerId=c']);
    expect(problems(bad)).toEqual(Object.keys(bad).map((field) => `customer.${field}`));
    expect(read({ phone: '0000000' })).toEqual([]);
    expect(read({ phone: '123' })).toEqual([]);
  });

  test('called like a part of every object change nothing', () => {
    const sent = JSON.parse('{"__proto__":"a","constructor":"b","customerId":"c"}') as Record<string, unknown>;
    expect(read(sent)).toEqual(['customerId=c']);
    expect(problems(sent)).toEqual(['customer.__proto__', 'customer.constructor']);
  });

  test('have a node of 20 hex digits that depends on pepper, kind and value', () => {
    const nodes = [
      nodeOf('email', 'a@b.de'),
      nodeOf('phone', 'a@b.de'),
      nodeOf('email', 'a@b.dex'),
      createNodeHasher('salt')('email', 'a@b.de'),
    ];
    expect(new Set(nodes).size).toBe(4);
    for (const node of nodes) expect(node).toMatch(/^[0-9a-f]{20}$/);
    // Pinned: another answer on another Node version would cut every customer in two.
    expect(nodeOf('customerId', 'c-1')).toBe('4fe0de48d0f6620fa196');
  });

  test('a reader that remembers gives the answers of one that does not', () => {
    const phoneOf = createPhoneReader('DE');
    for (const phone of ['0170 1234567', 'withheld', '0170 1234567', 'withheld'])
      expect(usableIdentifiers({ phone, orderId: 'o' }, { ...options, phoneOf })).toEqual(
        usableIdentifiers({ phone, orderId: 'o' }, options),
      );
  });
});

describe('find by any identifier', () => {
  test('tries everything a term could be', () => {
    expect(searchCandidates('0170 1234567', { region: 'DE', kinds: ['card'] }).map(({ kind, value }) => `${kind}=${value}`)).toEqual([
      'customerId=0170 1234567',
      'phone=+491701234567',
      'card=0170 1234567',
      'anonymousId=0170 1234567',
      'orderId=0170 1234567',
      'ticketId=0170 1234567',
    ]);
    expect(searchCandidates(' Ada@Example.com', { region: 'DE' })).toContainEqual({ kind: 'email', value: 'ada@example.com' });
    expect(searchCandidates('loyalty: 77', { region: 'DE' })).toContainEqual({ kind: 'loyalty', value: '77' });
    expect(searchCandidates('userId:77', { region: 'DE' })).toContainEqual({ kind: 'customerId', value: '77' });
    expect(searchCandidates('?', { region: 'DE' })).toEqual([]);
  });
});
