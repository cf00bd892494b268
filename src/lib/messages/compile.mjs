/**
 * Compiles the messages files into typed functions, one module per area, in `.svelte-kit/messages`. Called by svelte.config.js, which every tool reads:
 * build, development, types, lint and tests all find the functions made from the files as they are.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TYPE } from '@formatjs/icu-messageformat-parser';
import { readCatalogues } from './catalogue.mjs';

/**
 * @typedef {import('./catalogue.mjs').Element} Element
 * @typedef {import('./catalogue.mjs').Message} Message
 * @typedef {import('./catalogue.mjs').Entry} Entry
 * @typedef {import('./catalogue.mjs').Catalogue} Catalogue
 */

/**
 * @param {string} root the folder of package.json
 * @throws {import('./catalogue.mjs').MessageFault} when a language lacks something
 */
export function compileMessages(root) {
  const from = join(root, 'src', 'lib', 'messages');
  const to = join(root, '.svelte-kit', 'messages');
  const languages = Object.keys(JSON.parse(readFileSync(join(from, 'languages.json'), 'utf8')));
  const modules = new Map(readCatalogues(from, languages).map((catalogue) => [`${catalogue.area}.ts`, moduleOf(catalogue)]));
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(to)) if (!modules.has(name) && name.endsWith('.ts')) rmSync(join(to, name));
  for (const [name, text] of modules) writeChanged(join(to, name), text);
}

/**
 * The TypeScript of one area.
 * @param {Catalogue} catalogue
 */
function moduleOf({ area, entries }) {
  const functions = Object.entries(entries).map(([name, entry]) =>
    'codes' in entry ? familyOf(name, entry.codes) : functionOf(name, entry),
  );
  return `// Made from src/lib/messages/${area}/*.json; see docs/guide/languages.md.\nimport { number, plural, say, sayParts, type Part } from '#lib/messages/say.svelte.ts';\n\n${functions.join('\n')}\n`;
}

/**
 * @param {string} name
 * @param {Message} message
 */
function functionOf(name, message) {
  const { call, type } = shapeOf([message]);
  return `export const ${name} = (${parameterOf(message.values)}): ${type} => ${call}(${Object.entries(message.texts)
    .map(([language, pieces]) => variantOf(language, pieces, message))
    .join(', ')});\n`;
}

/**
 * One function for messages told apart by a code, and a question whether a code is one of them.
 * @param {string} name
 * @param {Readonly<Record<string, Message>>} codes
 */
function familyOf(name, codes) {
  const messages = Object.values(codes);
  const { call, type } = shapeOf(messages);
  const values = Object.assign({}, ...messages.map((message) => message.values));
  const code = Object.keys(codes).map(quoted).join(' | ');
  const languages = Object.keys(messages[0]?.texts ?? {});
  const rich = call !== 'say';
  const parameter = parameterOf(values);
  const fixed = !rich && parameter === '';
  // Each code is written once: there are many, and every page brings those of its words with it.
  const rows = Object.entries(codes).map(([key, message]) => {
    const plain = Object.keys(message.values).length === 0;
    const texts = languages
      .map((language) => `${plain ? '' : '() => '}${textOf(language, message.texts[language] ?? [], rich)}`)
      .join(', ');
    return `${quoted(key)}: ${fixed ? '' : plain ? '() => ' : '(p) => '}[${texts}]`;
  });
  const texts = fixed ? 'readonly string[]' : `(${parameter}) => readonly (${type} | (() => ${type}))[]`;
  return [
    `const ${name}Texts: Readonly<Record<${code}, ${texts}>> = { ${rows.join(', ')} };`,
    `export const ${name} = (code: ${code}${parameter === '' ? '' : `, ${parameter}`}): ${type} => ${call}(...${name}Texts[code]${fixed ? '' : `(${parameter === '' ? '' : 'p'})`});`,
    `export const is${name.charAt(0).toUpperCase()}${name.slice(1)} = (code: string): code is ${code} => Object.hasOwn(${name}Texts, code);\n`,
  ].join('\n');
}

/** @param {readonly Message[]} messages */
function shapeOf(messages) {
  const tags = [...new Set(messages.flatMap((message) => message.tags))];
  return tags.length === 0
    ? { call: 'say', type: 'string' }
    : { call: 'sayParts', type: `readonly Part<${tags.map(quoted).join(' | ')}>[]` };
}

/** @param {Readonly<Record<string, import('./catalogue.mjs').ValueType>>} values */
function parameterOf(values) {
  const names = Object.entries(values);
  return names.length === 0 ? '' : `p: { ${names.map(([name, type]) => `readonly ${name}: ${type}`).join('; ')} }`;
}

/**
 * A text that needs nothing is itself; one that needs values is made when it is asked for.
 * @param {string} language
 * @param {readonly Element[]} pieces
 * @param {Message} message
 */
function variantOf(language, pieces, message) {
  const rich = message.tags.length > 0;
  const fixed = !rich && Object.keys(message.values).length === 0;
  return `${fixed ? '' : '() => '}${textOf(language, pieces, rich)}`;
}

/**
 * @param {string} language
 * @param {readonly Element[]} pieces
 * @param {boolean} rich whether it is a list of parts, some of them marked, or one text
 * @param {string} [counted] the value of the plural around
 * @returns {string} an expression
 */
function textOf(language, pieces, rich, counted = '') {
  if (rich) return `[${pieces.map((piece) => partOf(language, piece, counted)).join(', ')}]`;
  return `\`${pieces.map((piece) => (piece.type === TYPE.literal ? escaped(piece.value) : `\${${valueOf(language, piece, counted)}}`)).join('')}\``;
}

/**
 * @param {string} language
 * @param {Element} piece
 * @param {string} counted
 * @returns {string} an element of an array literal
 */
function partOf(language, piece, counted) {
  if (piece.type === TYPE.literal) return `\`${escaped(piece.value)}\``;
  if (piece.type === TYPE.tag) return `{ tag: ${quoted(piece.value)} as const, text: ${textOf(language, piece.children, false, counted)} }`;
  if (piece.type === TYPE.plural) return `...${choiceOf(language, piece, true)}`;
  return valueOf(language, piece, counted);
}

/**
 * @param {string} language
 * @param {Element} piece
 * @param {string} counted
 * @returns {string}
 */
function valueOf(language, piece, counted) {
  if (piece.type === TYPE.argument) return `p.${piece.value}`;
  if (piece.type === TYPE.number) return `number(${quoted(language)}, p.${piece.value})`;
  if (piece.type === TYPE.pound) return `number(${quoted(language)}, ${counted})`;
  if (piece.type === TYPE.plural) return choiceOf(language, piece, false);
  throw new Error(`A piece of type ${piece.type} cannot be compiled.`);
}

/**
 * @param {string} language
 * @param {import('@formatjs/icu-messageformat-parser').PluralElement} piece
 * @param {boolean} rich
 */
function choiceOf(language, piece, rich) {
  const value = `p.${piece.value}`;
  const counted = piece.offset === 0 ? value : `${value} - ${piece.offset}`;
  const branches = Object.entries(piece.options).map(
    ([name, option]) => `${quoted(name)}: () => ${textOf(language, option.value, rich, counted)}`,
  );
  return `plural(${quoted(language)}, ${value}, ${piece.offset}, { ${branches.join(', ')} })`;
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[\\`]|\$(?=\{)/g, (sign) => `\\${sign}`);
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replace(/['\\]/g, (sign) => `\\${sign}`)}'`;
}

/**
 * Several tools may read the configuration at once, so a file appears whole or not at all; one that is right keeps its age.
 * @param {string} path
 * @param {string} text
 */
function writeChanged(path, text) {
  try {
    if (readFileSync(path, 'utf8') === text) return;
  } catch {
    // Not there yet.
  }
  const beside = `${path}.${process.pid}.part`;
  writeFileSync(beside, text);
  renameSync(beside, path);
}
