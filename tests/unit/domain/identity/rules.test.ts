import { describe, expect, test } from 'vitest';
import { checkRules, compileRules } from '#server/domain/identity/rules.ts';
import { changeLinks, countLink, newNode, rootOf, standing, uncountLink } from '#server/identity/node.ts';
import type { IdentityNode } from '#server/identity/node.ts';

const DAY = 86_400_000;

describe('the shipped rules', () => {
  const rules = compileRules();

  test.each(['0', '-1', '000-000', 'NULL', 'Anonymous', 'undefined', 'n/a', '?', 'guest', ''])('let %j stand for nobody', (value) => {
    expect(rules.isBlocked(value)).toBe(true);
  });

  test.each(['1', 'nullify', 'Ada', '0x1', '10-0'])('let %j stand for somebody', (value) => {
    expect(rules.isBlocked(value)).toBe(false);
  });

  test('put customer numbers first, and kinds nobody named between telephone and device', () => {
    const kinds = ['ticketId', 'anonymousId', 'loyaltyCard', 'orderId', 'phone', 'customerId', 'email'];
    expect(kinds.toSorted((a, b) => rules.rankOf(a) - rules.rankOf(b))).toEqual([
      'customerId',
      'email',
      'phone',
      'loyaltyCard',
      'anonymousId',
      'orderId',
      'ticketId',
    ]);
  });

  test('allow one customer number ever, five e-mail addresses a year, and any number of orders', () => {
    expect(rules.limitOf('customerId')).toEqual({ most: 1, windowMs: Infinity });
    expect(rules.limitOf('email')).toEqual({ most: 5, windowMs: 365 * DAY });
    expect(rules.limitOf('orderId')).toBeUndefined();
    expect(rules.isGroup('accountId') && rules.isGroup('householdId')).toBe(true);
  });
});

describe('a rules file', () => {
  test('changes what it names, and leaves the rest as it ships', () => {
    const rules = compileRules({ limits: { email: { most: 2 } }, blocked: { values: ['Nobody'] } });
    expect([rules.limitOf('email')?.most, rules.limitOf('phone')?.most]).toEqual([2, 5]);
    expect([rules.isBlocked('nobody'), rules.isBlocked('guest'), rules.isBlocked('000')]).toEqual([true, false, true]);
    expect(compileRules({ blocked: { values: ['x'] } }).fingerprint).toBe(compileRules().fingerprint);
    expect(rules.fingerprint).not.toBe(compileRules().fingerprint);
  });

  test('that cannot be is refused with the place and the reason', () => {
    const wrong = { priority: ['email', 'email', 'accountId'], blocked: { patterns: ['('] } };
    expect(checkRules(wrong).map(({ path }) => path.join('.'))).toEqual(['priority.1', 'priority.2', 'priority', 'blocked.patterns.0']);
    expect(checkRules({})).toEqual([]);
  });
});

describe('a limit', () => {
  const rules = compileRules({ limits: { email: { most: 2, days: 10 } } });
  const link = (child: string, day: number) => ({ child, kind: 'email', instant: [day * DAY, `k${child}`] as const });
  const count = (node: IdentityNode, child: string, day: number) =>
    changeLinks(node, link(child, day), rules, () => countLink(node, link(child, day), rules));
  const held = (node: IdentityNode) => [...node.children.keys()].filter((child) => standing(node, child, rules) !== undefined).sort();

  test('lets the first come in, in the order in which things happened, whatever the order of arrival', () => {
    const node = newNode('p');
    for (const [child, day] of [
      ['c', 3],
      ['b', 2],
      ['a', 1],
    ] as const)
      count(node, child, day);
    expect(held(node)).toEqual(['a', 'b']);
  });

  test('slides: what is older than the window makes room', () => {
    const node = newNode('p');
    for (const [child, day] of [
      ['a', 1],
      ['b', 2],
      ['c', 11.5],
      ['d', 11.6],
    ] as const)
      count(node, child, day);
    expect(held(node)).toEqual(['a', 'b', 'c']);
  });

  test('says which links change when one goes, and asks for the first event of a link that lost it', () => {
    const node = newNode('p');
    for (const [child, day] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ] as const)
      count(node, child, day);
    expect(changeLinks(node, { child: 'a', kind: 'email' }, rules, () => void uncountLink(node, { child: 'a', key: 'ka' }))).toEqual([
      { child: 'a', hand: undefined },
      { child: 'c', hand: 0 },
    ]);
    count(node, 'b', 4);
    expect(uncountLink(node, { child: 'b', key: 'kb' })).toBe(true);
  });

  test('does not hold what somebody said', () => {
    const node = newNode('p');
    for (const [child, day] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ] as const)
      count(node, child, day);
    node.stated.set('k', { child: 'c', at: 5 * DAY });
    expect(standing(node, 'c', rules)).toBe(5 * DAY);
  });
});

describe('whose an identifier is', () => {
  const parents = (...links: readonly (readonly [id: string, root: string, hand?: number])[]) =>
    new Map(links.map(([id, root, hand = 0]) => [id, { root, hand }]));
  const root = (links: ReturnType<typeof parents>, cuts: readonly number[] = []) =>
    rootOf({ id: 'me', parents: links, cuts: new Map(cuts.map((at) => [String(at), at])) });

  test('is the person all its stronger ones agree on; where they disagree it glues nobody together', () => {
    expect(root(parents(['a', 'x'], ['b', 'x']))).toBe('x');
    expect(root(parents(['a', 'x'], ['b', 'y']))).toBe('me');
    expect(root(parents())).toBe('me');
  });

  test('follows the last word of a person over all that events say', () => {
    expect(root(parents(['a', 'x'], ['b', 'y', 10]))).toBe('y');
    expect(root(parents(['a', 'x', 20], ['b', 'y', 10]))).toBe('x');
    expect(root(parents(['a', 'x']), [5])).toBe('me');
    expect(root(parents(['a', 'x', 10]), [20])).toBe('me');
    expect(root(parents(['a', 'x', 30]), [20])).toBe('x');
  });
});
