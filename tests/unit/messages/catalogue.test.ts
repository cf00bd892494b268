import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkedCatalogue, readCatalogues, type MessagesFile } from '#lib/messages/catalogue.mjs';
import { LANGUAGES } from '#lib/messages/languages.ts';
import { projectFile } from '#server/platform/files.ts';

const folder = projectFile('src/lib/messages');
const checked = (en: MessagesFile, de: MessagesFile) => () => checkedCatalogue('test', { en, de });

describe('messages files', () => {
  it('are whole in every language', () => {
    expect(readCatalogues(folder, LANGUAGES).length).toBeGreaterThan(1);
  });
  it('are refused where a language lacks a message or a code', () => {
    expect(checked({ a: 'A', b: 'B' }, { a: 'A' })).toThrow('test: "b" is missing in de.');
    expect(checked({ a: { x: 'X' } }, { a: { x: 'X', y: 'Y' } })).toThrow('test.a: "y" is missing in en.');
    expect(checked({ a: 'A' }, { a: { x: 'X' } })).toThrow('a family in another');
    expect(checked({ a: 'A' }, { a: ' ' })).toThrow('test.a (de) is empty');
  });
  it('are refused where a language needs other values or marks', () => {
    expect(checked({ a: '{n, plural, one {# case} other {# cases}}' }, { a: 'Vorgänge' })).toThrow(
      'de takes nothing, en takes {n: number}',
    );
    expect(checked({ a: '{name} left' }, { a: '{nam} ging' })).toThrow('de takes {nam: string}, en takes {name: string}');
    expect(checked({ a: 'See <a>this</a>' }, { a: 'Siehe hier' })).toThrow('de takes nothing, en takes <a>');
  });
  it('are refused where they cannot be read, or hold what is not for them', () => {
    expect(checked({ a: '{n, plural, one {x}}' }, { a: 'x' })).toThrow('cannot be read');
    expect(checked({ a: '{at, date}' }, { a: '{at, date}' })).toThrow('format.ts words dates');
    expect(checked({ a: '{s, select, other {x}}' }, { a: 'x' })).toThrow('a family of messages');
    expect(checked({ 'two words': 'x' }, { 'two words': 'x' })).toThrow('cannot be the name');
  });
  it('part no number from its sign or unit at the end of a line', () => {
    const parted = filesBelow(folder)
      .filter((path) => path.endsWith('.json'))
      .flatMap((path) => {
        const said = JSON.stringify(JSON.parse(readFileSync(path, 'utf8')));
        return [...said.matchAll(/[\d}] (?:%|(?:ms|s|min|h|d|Tg\.|kB|MB)(?=["., )]))[^"]*/g)].map(([found]) => found);
      });
    expect(parted).toEqual([]);
  });
  it('hold no message that no page shows', () => {
    const sources = filesBelow(projectFile('src'))
      .filter((path) => /\.(svelte|ts)$/.test(path))
      .map((path) => readFileSync(path, 'utf8'));
    const unused = readCatalogues(folder, LANGUAGES).flatMap(({ area, entries }) => {
      const users = sources.filter((text) => text.includes(`#messages/${area}.ts`)).join('\n');
      return Object.keys(entries)
        .filter((name) => !new RegExp(`\\b(?:${name}|is${name.charAt(0).toUpperCase()}${name.slice(1)})\\(|[.{,] ?${name}\\b`).test(users))
        .map((name) => `${area}.${name}`);
    });
    expect(unused).toEqual([]);
  });
});

function filesBelow(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)],
  );
}
