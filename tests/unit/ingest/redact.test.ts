import { describe, expect, test } from 'vitest';
import { REMOVED, redactJson, redactText, redactValue } from '#server/ingest/redact.ts';

const CARDS = [
  '4111111111111111',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '30569309025904',
  '6011111111111117',
  '3530111333300000',
  '6759649826438453',
  '4222222222222',
  '6212345678901232',
];
const SEPARATORS = ['', ' ', '-', '.', '/', '_', '\t', '\u00a0', '\u2009', '\u2013', '\u200b', ' - '];
const ZEROS = [0x30, 0xff10, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0x1d7ce];

const inScript = (card: string, zero: number) => Array.from(card, (digit) => String.fromCodePoint(zero + Number(digit))).join('');
const grouped = (card: string, separator: string) => (card.match(/\d{1,4}/g) ?? []).join(separator);

describe('card numbers', () => {
  test('are removed in every script, with every separator, wherever they stand', () => {
    for (const card of CARDS)
      for (const separator of SEPARATORS)
        for (const zero of ZEROS) {
          const written = Array.from(grouped(card, separator), (one) => (/\d/.test(one) ? inScript(one, zero) : one)).join('');
          expect(redactText(`my card: ${written}, thanks`)).toBe(`my card: ${REMOVED}, thanks`);
        }
  });

  test('are removed beside other numbers, twice, and split to the digit', () => {
    expect(redactText('order 12345 4111 1111 1111 1111 12/27 123')).toBe(`order 12345 ${REMOVED} 12/27 123`);
    expect(redactText('4111111111111111 5555555555554444')).toBe(`${REMOVED} ${REMOVED}`);
    expect(redactText(Array.from('4111111111111111').join('\u200b'))).toBe(REMOVED);
    expect(redactText('99941111111111111119998888')).toContain(REMOVED);
  });

  test('are told from other numbers', () => {
    for (const text of [
      '4111111111111112',
      'call +49 170 1234567',
      '2026-03-01 12:00:00',
      'tracking 00340434161094042557',
      'a'.repeat(40),
      '1772366400000',
      '411111111111',
    ])
      expect(redactText(text)).toBe(text);
  });

  test('are found again by nobody: removing twice is removing once', () => {
    const once = redactText('4111 1111 1111 1111 4111 1111 1111 1111 4111');
    expect(redactText(once)).toBe(once);
  });

  test('leave nested attributes, as text, number or key; everything else is the very same value', () => {
    const clean = { a: [1, 'x', { b: null }], at: 1_772_366_400_000 };
    expect(redactValue(clean)).toBe(clean);
    const value = JSON.parse('{"__proto__":{"x":1},"constructor":"c","a":[{"n":4111111111111111}],"4111 1111 1111 1111":true}') as unknown;
    expect(redactValue(value)).toEqual({ constructor: 'c', a: [{ n: REMOVED }], [REMOVED]: true });
    expect(Object.getPrototypeOf(redactValue(value))).toBe(Object.prototype);
  });

  test('cost time in proportion to the text', () => {
    const started = performance.now();
    expect(redactText('4'.repeat(1_000_000)).length).toBeGreaterThan(0);
    expect(redactText('4 '.repeat(500_000)).length).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('are seen in at most 5 % of random numbers of 16 digits', () => {
    let state = 1;
    const digit = () => ((state = (state * 48_271) % 2_147_483_647) >> 8) % 10;
    const ids = Array.from({ length: 20_000 }, () => Array.from({ length: 16 }, digit).join(''));
    const hits = ids.filter((id) => redactText(`order ${id}`).includes(REMOVED)).length;
    expect(hits / ids.length).toBeLessThan(0.05);
  });
});

describe('a JSON text', () => {
  const card = '4111111111111111';

  test.each([
    [`{"number":${card}}`, { number: REMOVED }],
    [`{"number":-${card},"n":1}`, { number: REMOVED, n: 1 }],
    [`[${card}.5, ${card}e2,"x"]`, [REMOVED, REMOVED, 'x']],
    ['[4111,1111,1111,1111]', [REMOVED]],
    [`{"n":${card}${card}${card}}`, { n: REMOVED }],
    [`{"a \\" ${card}":"x \\\\","b":"\\u${card}","c":${card}}`, { [`a " ${REMOVED}`]: 'x \\', b: REMOVED, c: REMOVED }],
    ['{"text":"card 4111 1111 1111 1111, thanks"}', { text: `card ${REMOVED}, thanks` }],
  ])('%s stays one', (text, expected) => {
    const clean = redactJson(text);
    expect(JSON.parse(clean)).toEqual(expected);
    expect([redactJson(clean), redactText(clean)]).toEqual([clean, clean]);
  });

  test('that is broken loses its card numbers too', () => {
    for (const text of [`{"number":${card}`, `{"a":"${card}`, `${card}"`, `\\${card}`]) expect(redactJson(text)).not.toContain(card);
    expect(redactJson('{"n":1}')).toBe('{"n":1}');
  });
});
