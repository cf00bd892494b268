import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvOf } from '#lib/components/csv.ts';
import { wholeList } from '#lib/components/whole-list.ts';

const lines = (text: string) => text.replace('\ufeff', '').split('\r\n');
const oneField = (field: string | number | null) => lines(csvOf({ columns: ['a'], rows: [[field]] }))[1];

describe('a table as CSV', () => {
  it('has commas, a CRLF after every line, doubled quotes, and is marked as UTF-8', () => {
    const text = csvOf({
      columns: ['stage', 'value'],
      rows: [
        ['Überprüfung, 2', 3.5],
        ['say "hi"', null],
      ],
    });
    expect(text).toBe('\ufeffstage,value\r\n"Überprüfung, 2",3.5\r\n"say ""hi""",\r\n');
  });
  it('lets no text begin like a formula, whatever blanks or full-width signs hide it', () => {
    expect(['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '＝1', '\u00a0=1'].map(oneField)).toEqual([
      `"'=1+1"`,
      `"'+1"`,
      `"'-1"`,
      `"'@SUM(A1)"`,
      `"' =1"`,
      `"'＝1"`,
      `"'\u00a0=1"`,
    ]);
    expect(oneField('self-service')).toBe('self-service');
  });
  it('leaves numbers numbers, also below zero, and what is no number empty', () => {
    expect([-3.2, 0, Number.NaN, Infinity].map(oneField)).toEqual(['-3.2', '0', '', '']);
  });
  it('reads back as it was, for any text, but for the apostrophe before a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string()), { minLength: 1, maxLength: 5 }), (rows) => {
        const read: string[][] = parse(csvOf({ columns: ['a', 'b'], rows }), { bom: true, record_delimiter: '\r\n' });
        expect(read).toHaveLength(rows.length + 1);
        const fields = read.slice(1).flat();
        rows.flat().forEach((text, i) => {
          expect([text, `'${text}`]).toContain(fields[i]);
        });
        expect(fields.filter((field) => /^\s*[=+\-@]/.test(field))).toEqual([]);
      }),
    );
  });
});

describe('a whole list', () => {
  const row = { customer: 'c', at: 0, stage: 's', channel: 'web' as const, segment: 'x', friction: null, valence: null };
  const listOf = (length: number) => {
    const asked: (string | undefined)[] = [];
    return {
      asked,
      fetch: ({ list, cursor, limit }: { list: string; cursor?: string; limit: number }) => {
        asked.push(cursor);
        const from = Number(cursor ?? 0);
        const rows = Array.from({ length: Math.min(limit, length - from) }, (_, i) => ({ ...row, caseId: String(from + i) }));
        const next = from + limit < length ? String(from + limit) : null;
        return Promise.resolve({ list, count: length, position: { at: 7, live: false }, rows, next });
      },
    };
  };
  it('is fetched to its end, page by page from the cursor before, each row once', async () => {
    const { fetch, asked } = listOf(450);
    const whole = await wholeList(fetch, 'l', 5_000);
    expect(whole.rows.map(({ caseId }) => caseId)).toEqual(Array.from({ length: 450 }, (_, i) => String(i)));
    expect([whole.count, whole.position.at, asked]).toEqual([450, 7, [undefined, '200', '400']]);
  });
  it('ends at the most that is wanted and still says how long the list is', async () => {
    const whole = await wholeList(listOf(1_000).fetch, 'l', 250);
    expect([whole.rows.length, whole.count]).toEqual([250, 1_000]);
  });
  it('gives nothing where one page fails, never half a list as if it were whole', async () => {
    const { fetch } = listOf(450);
    const failing = (request: Parameters<typeof fetch>[0]) =>
      request.cursor === '200' ? Promise.reject(new Error('away')) : fetch(request);
    await expect(wholeList(failing, 'l', 5_000)).rejects.toThrow('away');
  });
});
