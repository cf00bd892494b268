import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLabelledFile } from '#server/emotion/labelled-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'throughline-labels-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Uint8Array, name = 'labels.csv'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const read = (content: string | Uint8Array, name?: string) => readLabelledFile(file(content, name), {});

describe('a file of labelled texts', () => {
  it('has its columns wherever they are and whatever they are called, as long as the name says it', () => {
    for (const head of [
      'text,label',
      'id,airline_sentiment,airline_sentiment_confidence,text',
      '"Tweet Text","Sentiment Label"',
      'sentiment,review',
    ]) {
      const columns = head.replaceAll('"', '').split(',');
      const row = columns.map((name) =>
        /text|review/iu.test(name) ? '"late, ""again"""' : /confidence|id/u.test(name) ? '1' : 'Negative',
      );
      expect(read(`${head}\n${row.join(',')}\n`)).toMatchObject({ kind: 'three', rows: [{ text: 'late, "again"', polarity: 'negative' }] });
    }
  });

  it('comes from spreadsheets of all kinds: byte order marks, semicolons, UTF-16 and Western European', () => {
    const rows = 'text;label\r\n"schön; wirklich";positive\r\n';
    const expected = { rows: [{ text: 'schön; wirklich', polarity: 'positive' }] };
    expect(read(`\ufeff${rows}`)).toMatchObject(expected);
    expect(read(Buffer.from(`\ufeff${rows}`, 'utf16le'))).toMatchObject(expected);
    expect(read(Buffer.from(rows, 'latin1'))).toMatchObject(expected);
  });

  it.each([
    ['0\n1\n2', ['negative', 'neutral', 'positive']],
    ['-1\n0\n1', ['negative', 'neutral', 'positive']],
    ['neg\nNEU\npos', ['negative', 'neutral', 'positive']],
  ])('names three classes by words or numbers (%j)', (labels, expected) => {
    const { kind, rows } = read(
      `text\tlabel\n${labels
        .split('\n')
        .map((label) => `a\t${label}`)
        .join('\n')}`,
      'labels.tsv',
    );
    expect([kind, rows.map(({ polarity }) => polarity)]).toEqual(['three', expected]);
  });

  it('names seven emotions, ours or those of GoEmotions, also by number; what has none, several or another is left out and counted', () => {
    const { kind, rows, skipped } = read('text,label\nx,anger\ny,Delighted\n,joy\nz,"joy,fear"\nw,purple\n');
    expect([kind, rows.map(({ emotion }) => emotion)]).toEqual(['seven', ['frustrated', 'delighted']]);
    expect([...skipped]).toEqual([
      ['no text', 1],
      ['several labels', 1],
      ['label "purple"', 1],
    ]);
    const names = file('anger\njoy\n', 'names.txt');
    expect(readLabelledFile(file('nice\t1\tid\n', 'dev.tsv'), { text: '1', label: '2', names }).rows[0]?.emotion).toBe('delighted');
  });

  it.each([
    ['', /is empty/],
    ['text,label\n', /has no rows/],
    ['text,label\nx,purple\n', /no row with a text and a label that is known; found "purple". Labels are frustrated/],
    ['comment,stars\nx,5\n', /has no label column: its first line is "comment, stars". Name the columns with --text and --label/],
    ['1,negative,"late"\n', /has no text column: .* give their numbers/],
    ['text,label\nx,"unclosed\n', /cannot be read as a table/],
  ])('that cannot be used says why (%j)', (content, reason) => {
    expect(() => read(content)).toThrow(reason);
  });

  it('that is not there says so', () => {
    expect(() => readLabelledFile(join(folder, 'none.csv'), {})).toThrow(/none.csv cannot be read/);
  });
});
