/**
 * Reads the messages files, `<area>/<language>.json`, and refuses what would leave a page without its words: a message, a code or a value
 * that one language has and another has not. Plain JavaScript, because the configuration of every tool reads it before anything is built.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, TYPE } from '@formatjs/icu-messageformat-parser';

/**
 * @typedef {import('@formatjs/icu-messageformat-parser').MessageFormatElement} Element
 * @typedef {'string' | 'number'} ValueType
 * @typedef {{ readonly texts: Readonly<Record<string, readonly Element[]>>, readonly values: Readonly<Record<string, ValueType>>, readonly tags: readonly string[] }} Message
 *   its pieces by language, what it needs, and the names of its marked parts
 * @typedef {Message | { readonly codes: Readonly<Record<string, Message>> }} Entry one message, or a family of them told apart by a code
 * @typedef {{ readonly area: string, readonly entries: Readonly<Record<string, Entry>> }} Catalogue
 * @typedef {{ [key: string]: string | { [code: string]: string } }} MessagesFile
 */

const NAME = /^[a-z][a-zA-Z0-9]*$/;
const RESERVED = new Set([
  'default',
  'delete',
  'new',
  'in',
  'for',
  'if',
  'else',
  'this',
  'true',
  'false',
  'null',
  'try',
  'do',
  'case',
  'void',
  'with',
  'enum',
  'import',
  'export',
  'return',
  'while',
  'switch',
  'class',
  'const',
  'let',
  'var',
  'function',
  'typeof',
  'throw',
  'catch',
  'finally',
  'break',
  'continue',
  'super',
  'yield',
  'await',
  'static',
]);

/** A messages file that cannot be used; the sentence names file, message and reason. */
export class MessageFault extends Error {}

/**
 * @param {string} folder the folder of the areas
 * @param {readonly string[]} languages the first is the one that others are measured by
 * @returns {Catalogue[]}
 * @throws {MessageFault}
 */
export function readCatalogues(folder, languages) {
  const areas = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return areas.map((area) => {
    const files = Object.fromEntries(languages.map((language) => [language, readFile(join(folder, area, `${language}.json`))]));
    return checkedCatalogue(area, files);
  });
}

/**
 * @param {string} area
 * @param {Readonly<Record<string, MessagesFile>>} files by language
 * @returns {Catalogue}
 * @throws {MessageFault}
 */
export function checkedCatalogue(area, files) {
  const keys = sameKeys(area, '', files);
  const entries = keys.map((key) => {
    if (!NAME.test(key) || RESERVED.has(key))
      throw new MessageFault(`${area}: "${key}" cannot be the name of a message; take a word in camelCase.`);
    return [
      key,
      entryOf(
        `${area}.${key}`,
        mapped(files, (file) => file[key] ?? ''),
      ),
    ];
  });
  return { area, entries: Object.fromEntries(entries) };
}

/**
 * @param {string} where
 * @param {Readonly<Record<string, string | { [code: string]: string }>>} texts by language
 * @returns {Entry}
 */
function entryOf(where, texts) {
  const values = Object.values(texts);
  if (values.every((text) => typeof text === 'string')) return messageOf(where, /** @type {Record<string, string>} */ (texts));
  if (values.some((text) => typeof text === 'string'))
    throw new MessageFault(`${where} is one message in one language and a family in another.`);
  const families = /** @type {Record<string, { [code: string]: string }>} */ (texts);
  const codes = sameKeys(where, '', families).map((code) => [
    code,
    messageOf(
      `${where}.${code}`,
      mapped(families, (family) => family[code] ?? ''),
    ),
  ]);
  return { codes: Object.fromEntries(codes) };
}

/**
 * @param {string} where
 * @param {Readonly<Record<string, string>>} texts by language
 * @returns {Message}
 */
function messageOf(where, texts) {
  const read = mapped(texts, (text, language) => parsed(`${where} (${language})`, text));
  const needs = mapped(read, (pieces, language) => needsOf(`${where} (${language})`, pieces));
  const [first, ...others] = Object.entries(needs);
  if (!first) throw new MessageFault(`${where} has no language.`);
  for (const [language, need] of others) {
    if (JSON.stringify(need) !== JSON.stringify(first[1]))
      throw new MessageFault(`${where}: ${language} takes ${shown(need)}, ${first[0]} takes ${shown(first[1])}.`);
  }
  return { texts: read, ...first[1] };
}

/**
 * @param {string} where
 * @param {string} text
 * @returns {readonly Element[]}
 */
function parsed(where, text) {
  if (text.trim() === '') throw new MessageFault(`${where} is empty.`);
  try {
    return parse(text, { requiresOtherClause: true });
  } catch (cause) {
    throw new MessageFault(`${where} cannot be read: ${cause instanceof Error ? cause.message : String(cause)} in "${text}".`, { cause });
  }
}

/**
 * @param {string} where
 * @param {readonly Element[]} pieces
 */
function needsOf(where, pieces) {
  /** @type {Map<string, ValueType>} */
  const values = new Map();
  /** @type {Set<string>} */
  const tags = new Set();
  const note = (/** @type {string} */ name, /** @type {ValueType} */ type) => {
    if ((values.get(name) ?? type) !== type) throw new MessageFault(`${where}: {${name}} is a number in one place and text in another.`);
    values.set(name, type);
  };
  const walk = (/** @type {readonly Element[]} */ list) => {
    for (const piece of list) {
      if (piece.type === TYPE.argument) note(piece.value, 'string');
      else if (piece.type === TYPE.number) note(piece.value, 'number');
      else if (piece.type === TYPE.plural) {
        note(piece.value, 'number');
        for (const { value } of Object.values(piece.options)) walk(value);
      } else if (piece.type === TYPE.tag) {
        tags.add(piece.value);
        if (piece.children.some((child) => child.type === TYPE.tag))
          throw new MessageFault(`${where}: marked parts cannot hold one another.`);
        walk(piece.children);
      } else if (piece.type === TYPE.select) throw new MessageFault(`${where}: write a family of messages in place of select.`);
      else if (piece.type === TYPE.date || piece.type === TYPE.time)
        throw new MessageFault(`${where}: {${piece.value}} comes in as text; format.ts words dates and times.`);
    }
  };
  walk(pieces);
  return { values: Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1))), tags: [...tags].sort() };
}

/** @param {{ values: Readonly<Record<string, ValueType>>, tags: readonly string[] }} need */
function shown({ values, tags }) {
  const names = [...Object.entries(values).map(([name, type]) => `{${name}: ${type}}`), ...tags.map((tag) => `<${tag}>`)];
  return names.length === 0 ? 'nothing' : names.join(' ');
}

/**
 * The keys that all languages share.
 * @param {string} where
 * @param {string} prefix
 * @param {Readonly<Record<string, object>>} files
 */
function sameKeys(where, prefix, files) {
  const all = new Set(Object.values(files).flatMap((file) => Object.keys(file)));
  for (const key of all) {
    const missing = Object.keys(files).filter((language) => !Object.hasOwn(files[language] ?? {}, key));
    if (missing.length > 0) throw new MessageFault(`${where}: "${prefix}${key}" is missing in ${missing.join(', ')}.`);
  }
  return [...all];
}

/**
 * @template From, To
 * @param {Readonly<Record<string, From>>} record
 * @param {(value: From, key: string) => To} change
 * @returns {Record<string, To>}
 */
function mapped(record, change) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}

/**
 * @param {string} path
 * @returns {MessagesFile}
 */
function readFile(path) {
  /** @type {unknown} */
  let content;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new MessageFault(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
  const texts = /** @type {Record<string, unknown>} */ (content);
  for (const [key, value] of Object.entries(texts)) {
    const fine =
      typeof value === 'string' ||
      (typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string'));
    if (!fine) throw new MessageFault(`${path}: "${key}" is neither a text nor a family of texts.`);
  }
  return /** @type {MessagesFile} */ (content);
}
