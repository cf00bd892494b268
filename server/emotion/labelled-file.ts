import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { Fault, type Emotion, thrownWords } from '#lib/contract/index.ts';
import type { Polarity } from '#server/domain/emotion/model.ts';
import { emotionOfName, polarityOfName } from './label-names.ts';

const TEXT_NAMES = [
  'text',
  'tweet',
  'utterance',
  'sentence',
  'message',
  'body',
  'content',
  'comment',
  'post',
  'review',
  'statement',
  'feedback',
];
const LABEL_NAMES = [
  'label',
  'emotion',
  'sentiment',
  'airline_sentiment',
  'polarity',
  'class',
  'category',
  'target',
  'labels',
  'emotions',
  'gold',
];
/** Longest list of labels that a sentence names. */
const MOST_NAMED = 12;

/** What a file of labelled texts is about. */
export type LabelKind = 'three' | 'seven';

export interface LabelledRow {
  readonly text: string;
  /** undefined in files of three classes */
  readonly emotion: Emotion | undefined;
  /** given, or undefined where only the emotion is */
  readonly polarity: Polarity | undefined;
}

export interface LabelledFile {
  readonly kind: LabelKind;
  readonly rows: readonly LabelledRow[];
  /** rows left out, by reason */
  readonly skipped: ReadonlyMap<string, number>;
}

export interface ColumnNames {
  readonly text?: string | undefined;
  readonly label?: string | undefined;
  /** file with one label name per line: labels in the file are numbers of its lines, from 0 */
  readonly names?: string | undefined;
}

/**
 * Reads a CSV or TSV file with a text and a label column, with or without a header line. Labels are our seven emotions, the names of GoEmotions, or
 * positive, negative and neutral; a row with several different labels is left out and counted.
 * @throws Fault `bad_request` that says what is missing
 */
export function readLabelledFile(path: string, columns: ColumnNames): LabelledFile {
  const table = tableOf(path);
  const place = placeOf(table, columns, path);
  const numbered = columns.names === undefined ? undefined : readText(columns.names).trim().split(/\r?\n/u);
  const cells = (place.header ? table.slice(1) : table).map((row) => ({
    text: (row[place.text] ?? '').trim(),
    given: row[place.label] ?? '',
  }));
  const three = cells.some(({ given }) => ['positive', 'negative'].includes(polarityOfName(given) ?? ''));
  const signed =
    numbered === undefined &&
    cells.every(({ given }) => /^([+-]?1|0)$/u.test(given.trim())) &&
    cells.some(({ given }) => given.trim() === '-1');
  const digits = !three && !signed && numbered === undefined && cells.every(({ given }) => /^[012]$/u.test(given.trim()));
  const skipped = new Map<string, number>();
  const rows: LabelledRow[] = [];
  for (const { text, given } of cells) {
    const names = given
      .split(/[,;|]/u)
      .map((name) => (numbered === undefined ? name : (numbered[Number(name)] ?? name)))
      .filter((name) => name.trim() !== '');
    const read = signed
      ? rowOfDigit(text, String(Number(given) + 1))
      : digits
        ? rowOfDigit(text, given)
        : three
          ? rowOfPolarity(text, names)
          : rowOfEmotion(text, names);
    if (typeof read !== 'string') rows.push(read);
    else skipped.set(read, (skipped.get(read) ?? 0) + 1);
  }
  if (rows.length === 0) {
    const found = [...new Set(cells.map(({ given }) => given.trim()))].slice(0, MOST_NAMED);
    const what =
      cells.length === 0
        ? 'has no rows'
        : `has no row with a text and a label that is known; found ${found.map((one) => `"${one}"`).join(', ')}`;
    throw new Fault('bad_request', `${path} ${what}. ${KNOWN}`);
  }
  return { kind: three || digits || signed ? 'three' : 'seven', rows, skipped };
}

const KNOWN =
  'Labels are frustrated, anxious, confused, disappointed, neutral, satisfied, delighted (or the names of GoEmotions), or positive, neutral, negative.';

function rowOfDigit(text: string, given: string): LabelledRow | string {
  if (text === '') return 'no text';
  const polarity = (['negative', 'neutral', 'positive'] as const)[Number(given)];
  return { text, emotion: undefined, polarity };
}

function rowOfPolarity(text: string, names: readonly string[]): LabelledRow | string {
  const polarity = names.length === 1 ? polarityOfName(names[0] ?? '') : undefined;
  if (polarity === undefined) return names.length > 1 ? 'several labels' : `label "${names[0] ?? ''}"`;
  return text === '' ? 'no text' : { text, emotion: undefined, polarity };
}

function rowOfEmotion(text: string, names: readonly string[]): LabelledRow | string {
  if (names.length > 1) return 'several labels';
  const emotion = emotionOfName(names[0] ?? '');
  if (emotion === undefined) return `label "${names[0] ?? ''}"`;
  return text === '' ? 'no text' : { text, emotion, polarity: undefined };
}

function readText(path: string): string {
  try {
    return decoded(readFileSync(path));
  } catch (cause) {
    throw new Fault('bad_request', `${path} cannot be read: ${thrownWords(cause)}`, { cause });
  }
}

/** UTF-8, UTF-16 where the file says so, and what is neither is taken for Windows' Western European: spreadsheets write all three. */
function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function tableOf(path: string): readonly (readonly string[])[] {
  const content = readText(path);
  if (content.trim() === '') throw new Fault('bad_request', `${path} is empty.`);
  const [first = ''] = content.split(/\r?\n/u, 1);
  const counts = ['\t', ',', ';'].map((sign) => [sign, first.split(sign).length] as const);
  const tabbed = path.endsWith('.tsv') || first.includes('\t');
  const delimiter = tabbed ? '\t' : counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
  try {
    return parse(content, {
      delimiter,
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      ...(tabbed ? { quote: null } : {}),
    });
  } catch (cause) {
    throw new Fault('bad_request', `${path} cannot be read as a table: ${thrownWords(cause)}`, {
      cause,
    });
  }
}

/** Finds the columns by name, or by number from 1 where the file has no header. */
function placeOf(
  table: readonly (readonly string[])[],
  columns: ColumnNames,
  path: string,
): { readonly text: number; readonly label: number; readonly header: boolean } {
  const names = (table[0] ?? []).map((name) => name.trim().toLowerCase());
  const words = names.map((name) => name.split(/[^a-z0-9]+/u));
  const numbers = [columns.text, columns.label].map((given) =>
    given !== undefined && /^\d{1,3}$/u.test(given) ? Number(given) - 1 : undefined,
  );
  const [text, label] = numbers;
  if (text !== undefined && label !== undefined) return { text, label, header: false };
  const find = (given: string | undefined, usual: readonly string[]): number => {
    if (given !== undefined) return names.indexOf(given.trim().toLowerCase());
    const exact = usual.map((one) => names.indexOf(one)).find((at) => at >= 0);
    // "Tweet Text" and "sentiment_label" are such columns, too; of several, the likeliest name decides
    return exact ?? usual.map((one) => words.findIndex((parts) => parts.includes(one))).find((at) => at >= 0) ?? -1;
  };
  const found = { text: find(columns.text, TEXT_NAMES), label: find(columns.label, LABEL_NAMES), header: true };
  if (found.text >= 0 && found.label >= 0) return found;
  throw new Fault(
    'bad_request',
    `${path} has no ${found.text < 0 ? 'text' : 'label'} column: its first line is "${names.join(', ')}". ` +
      'Name the columns with --text and --label, or give their numbers (from 1) where there is no header line.',
  );
}
