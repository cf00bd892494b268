import { parseDocument } from 'yaml';
import type { Document } from 'yaml';

/** The text under another version. */
export function withVersion(text: string, version: number): string {
  if (/^version:.*$/m.test(text)) return text.replace(/^version:.*$/m, `version: ${version}`);
  return text.replace(/^(journey:.*)$/m, `$1\nversion: ${version}`);
}

/** Offset of the first character of a line, from 1. */
export function offsetOfLine(text: string, line: number): number {
  let at = 0;
  for (let i = 1; i < line; i++) {
    const next = text.indexOf('\n', at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return at;
}

/** What the form shows of a stage. */
export interface StageFields {
  readonly id: string;
  readonly customer: string;
  readonly internal: string;
  readonly owner: string;
  readonly standard: string;
  readonly needs: string;
}

/** A value of a document as text; what is no text or number is left to the YAML itself. */
function textAt(document: Document, path: readonly (string | number)[]): string {
  const value: unknown = document.getIn(path);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function listAt(document: Document, path: readonly (string | number)[]): string[] {
  const value: unknown = document.getIn(path);
  const plain: unknown =
    typeof value === 'object' && value !== null && 'toJSON' in value ? (value as { toJSON(): unknown }).toJSON() : value;
  return Array.isArray(plain) ? plain.map((one: unknown) => (typeof one === 'string' ? one : '')) : [];
}

/** A standard time as the file may write it: `2d`, or `{working: 8h}`. */
function standardAt(document: Document, path: readonly (string | number)[]): string {
  const working = textAt(document, [...path, 'working']);
  return working === '' ? textAt(document, path) : `{working: ${working}}`;
}

/** The stages of a draft, for the form; empty while the text is no YAML. */
export function stagesOf(document: Document): StageFields[] {
  const stages: StageFields[] = [];
  for (let i = 0; ; i++) {
    const id = textAt(document, ['stages', i, 'id']);
    if (id === '') return stages;
    stages.push({
      id,
      customer: textAt(document, ['stages', i, 'name', 'customer']),
      internal: textAt(document, ['stages', i, 'name', 'internal']),
      owner: textAt(document, ['stages', i, 'owner']),
      standard: standardAt(document, ['stages', i, 'standard']),
      needs: listAt(document, ['stages', i, 'needs']).join('\n'),
    });
  }
}

const PATHS: Readonly<Record<Exclude<keyof StageFields, 'id'>, readonly string[]>> = {
  customer: ['name', 'customer'],
  internal: ['name', 'internal'],
  owner: ['owner'],
  standard: ['standard'],
  needs: ['needs'],
};

/** What was written into a field of the form, as the file holds it. */
function nodeOf(document: Document, field: keyof typeof PATHS, value: string): unknown {
  if (field === 'needs') return document.createNode(value.split('\n').filter((line) => line.trim() !== ''));
  const working = field === 'standard' ? /^\s*\{\s*working:\s*(.*?)\s*\}\s*$/.exec(value)?.[1] : undefined;
  return working === undefined ? value : document.createNode({ working }, { flow: true });
}

/** The text with one field of a stage changed; comments and everything else stay, to the letter. An empty field is taken out. */
export function withStageField(text: string, stage: number, field: Exclude<keyof StageFields, 'id'>, value: string): string {
  const document = parseDocument(text);
  const path = ['stages', stage, ...PATHS[field]];
  const before = document.toString({ lineWidth: 0 });
  if (value.trim() === '') document.deleteIn(path);
  else document.setIn(path, nodeOf(document, field, value));
  return withLinesOf(text, before, document.toString({ lineWidth: 0 }));
}

/** A text with the lines changed that differ between two writings of it: YAML written anew is spaced in its own way everywhere. */
function withLinesOf(text: string, before: string, after: string): string {
  const [own, old, now] = [text, before, after].map((one) => one.split('\n')) as [string[], string[], string[]];
  // Where lines do not stand side by side, what is written anew has to do.
  if (own.length !== old.length) return after;
  const least = Math.min(old.length, now.length);
  let head = 0;
  while (head < least && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < least - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  return [...own.slice(0, head), ...now.slice(head, now.length - tail), ...own.slice(own.length - tail)].join('\n');
}
