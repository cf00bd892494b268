import type { Readable } from 'node:stream';
import { Tokenizer, TokenParser, TokenType } from '@streamparser/json';
import { z } from 'zod';
import { exactNumber } from '#lib/contract/exact-number.ts';
import type { OcelList } from './ocel-xml.ts';
import { xmlElements } from './ocel-xml.ts';
import type { SourceRow } from './source-rows.ts';
import { utf8Of } from './utf8.ts';

const relationship = z.object({ objectId: z.string(), qualifier: z.string().optional() });
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const objectSchema = z.object({
  id: z.string(),
  type: z.string(),
  attributes: z.array(z.object({ name: z.string(), time: z.string().optional(), value: scalar })).optional(),
  relationships: z.array(relationship).optional(),
});
const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  time: z.string(),
  attributes: z.array(z.object({ name: z.string(), value: scalar })).optional(),
  relationships: z.array(relationship).optional(),
});
type OcelEvent = z.infer<typeof eventSchema>;
type Scalar = z.infer<typeof scalar>;

/** Types of objects that are a customer, an order, a ticket, by the names that logs give them. */
const CLASSES = {
  customer: /^(customers?|clients?|persons?|people|users?|accounts?|applicants?|patients?|citizens?)$/i,
  order: /^((sales|purchase|customer)[ _-]*)?orders?$/i,
  ticket: /^((support|service)[ _-]*)?(tickets?|incidents?|cases?|requests?|complaints?|applications?|claims?)$/i,
} as const;
type ObjectClass = keyof typeof CLASSES;
const NAMES = Object.keys(CLASSES) as readonly ObjectClass[];

interface Known {
  readonly type: string;
  readonly of: ObjectClass | undefined;
  /** objects it relates to, or that relate to it, which may be the customer, order or ticket of its events */
  readonly related: string[];
  /** attribute -> values with the time from which each holds, in time order */
  readonly attributes: ReadonlyMap<string, readonly (readonly [from: number, value: Scalar])[]> | undefined;
}

type OnToken = (token: { readonly token: TokenType; readonly value: unknown }) => void;
type Token = Parameters<Tokenizer['onToken']>[0];

/** Gives a number that would lose digits as the text that the file has. */
class ExactTokenizer extends Tokenizer {
  #digits = '';

  exactly(token: Token): Token {
    if (token.token !== TokenType.NUMBER) return token;
    const value = exactNumber(this.#digits);
    return typeof value === 'number' ? token : { token: TokenType.STRING, value, offset: token.offset };
  }

  protected override parseNumber(digits: string): number {
    this.#digits = digits;
    return super.parseNumber(digits);
  }
}

/**
 * Runs a file through the parser, one element of an array at a time.
 * @param watch is told everything that the file holds
 * @throws Error where it is no JSON, or not all of it is there
 */
async function* jsonElements(stream: AsyncIterable<Buffer>, path: string, watch?: OnToken): AsyncGenerator<unknown> {
  const ready: unknown[] = [];
  let failure: Error | undefined;
  const tokenizer = new ExactTokenizer({ stringBufferSize: 65_536 });
  const parser = new TokenParser({ paths: [path], keepStack: false });
  tokenizer.onToken = (given) => {
    const token = tokenizer.exactly(given);
    watch?.(token);
    parser.write(token);
  };
  tokenizer.onError = (error) => (failure ??= error);
  parser.onError = (error) => tokenizer.error(error);
  parser.onEnd = () => tokenizer.end();
  parser.onValue = ({ value }) => void ready.push(value);
  for await (const chunk of utf8Of(stream)) {
    tokenizer.write(chunk);
    if (failure !== undefined) throw failure;
    yield* ready.splice(0);
  }
  if (!parser.isEnded) throw new Error('the file is cut off: its JSON does not end');
}

/** The elements of one list of a log, in JSON or in XML: its first character tells. */
async function* elements(stream: Readable, list: OcelList): AsyncGenerator<unknown> {
  const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const first = await chunks.next();
  const head = first.done === true ? Buffer.alloc(0) : first.value;
  const whole = (async function* () {
    yield head;
    yield* { [Symbol.asyncIterator]: () => chunks };
  })();
  if (/^[\s\u00ef\u00bb\u00bf]*</.test(head.toString('latin1', 0, 200))) {
    yield* xmlElements(whole, list);
    return;
  }
  const outline = new Outline();
  yield* jsonElements(whole, `$.${list}.*`, outline.note);
  outline.check();
}

/** Looks for what makes a file an OCEL 2.0 log while it is read. */
class Outline {
  #depth = 0;
  #text: unknown;
  /** the name whose value comes next, at the top of the file */
  #name: unknown;
  #hasEvents = false;
  #isOlder = false;

  readonly note: OnToken = ({ token, value }) => {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) {
      if (this.#depth === 1 && token === TokenType.LEFT_BRACKET && this.#name === 'events') this.#hasEvents = true;
      this.#depth++;
    } else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) this.#depth--;
    else if (this.#depth === 1) this.#noteTop(token, value);
  };

  /** @throws Error where it is none */
  check(): void {
    if (this.#hasEvents) return;
    if (this.#isOlder) throw new Error('it is a log of OCEL 1.0; convert it to OCEL 2.0 first');
    throw new Error('it has no list "events" and is no log of OCEL 2.0');
  }

  #noteTop(token: TokenType, value: unknown): void {
    if (token === TokenType.STRING) this.#text = value;
    else if (token === TokenType.COLON) this.#name = this.#text;
    else if (token === TokenType.COMMA) this.#name = undefined;
    if (this.#name === 'ocel:events') this.#isOlder = true;
  }
}

function classOf(type: string): ObjectClass | undefined {
  return NAMES.find((name) => CLASSES[name].test(type));
}

function attributesOf(object: z.infer<typeof objectSchema>): Known['attributes'] {
  const attributes = new Map<string, (readonly [number, Scalar])[]>();
  for (const { name, time, value } of object.attributes ?? []) {
    const from = time === undefined ? -Infinity : Date.parse(time);
    attributes.set(name, [...(attributes.get(name) ?? []), [Number.isNaN(from) ? -Infinity : from, value]]);
  }
  for (const values of attributes.values()) values.sort((a, b) => a[0] - b[0]);
  return attributes;
}

/** The objects of a log: what is needed of each to know whose its events are. The file may name them before or after its events. */
async function readObjects(stream: Readable, withAttributes: boolean): Promise<ReadonlyMap<string, Known>> {
  const objects = new Map<string, Known>();
  const relations: (readonly [from: string, to: string])[] = [];
  for await (const element of elements(stream, 'objects')) {
    const parsed = objectSchema.safeParse(element);
    if (!parsed.success) continue;
    const { id, type, relationships = [] } = parsed.data;
    objects.set(id, { type, of: classOf(type), related: [], attributes: withAttributes ? attributesOf(parsed.data) : undefined });
    for (const { objectId } of relationships) relations.push([id, objectId]);
  }
  for (const [from, to] of relations) {
    const [a, b] = [objects.get(from), objects.get(to)];
    if (b?.of !== undefined) a?.related.push(to);
    if (a?.of !== undefined) b?.related.push(from);
  }
  return objects;
}

interface Related {
  /** object ids by type, in the order of the event */
  readonly byType: ReadonlyMap<string, readonly string[]>;
  /** the event's customer, order and ticket: its own first, else those its objects relate to */
  readonly byClass: Readonly<Record<ObjectClass, readonly string[]>>;
}

function relatedOf(event: OcelEvent, objects: ReadonlyMap<string, Known>): Related {
  const byType = new Map<string, string[]>();
  const own: Record<ObjectClass, Set<string>> = { customer: new Set(), order: new Set(), ticket: new Set() };
  const far: Record<ObjectClass, Set<string>> = { customer: new Set(), order: new Set(), ticket: new Set() };
  for (const { objectId } of event.relationships ?? []) {
    const object = objects.get(objectId);
    if (object === undefined) continue;
    byType.set(object.type, [...(byType.get(object.type) ?? []), objectId]);
    if (object.of !== undefined) own[object.of].add(objectId);
    for (const id of object.related) {
      const other = objects.get(id)?.of;
      if (other !== undefined) far[other].add(id);
    }
  }
  const pick = (name: ObjectClass): readonly string[] => [...(own[name].size > 0 ? own[name] : far[name])];
  return { byType, byClass: { customer: pick('customer'), order: pick('order'), ticket: pick('ticket') } };
}

/** `object:<type>` is the object of that type, `object:<type>.<attribute>` what it was at the time of the event. */
function objectValue(column: string, event: OcelEvent, related: Related, objects: ReadonlyMap<string, Known>): unknown {
  const wanted = column.slice('object:'.length);
  const exact = related.byType.get(wanted);
  if (exact !== undefined) return exact.length === 1 ? exact[0] : exact;
  const dot = wanted.indexOf('.');
  const [first] = dot === -1 ? [] : (related.byType.get(wanted.slice(0, dot)) ?? []);
  const values = first === undefined ? undefined : objects.get(first)?.attributes?.get(wanted.slice(dot + 1));
  const at = Date.parse(event.time);
  return values?.findLast(([from]) => from <= at)?.[1] ?? values?.[0]?.[1];
}

function rowOf(number: number, element: unknown, objects: ReadonlyMap<string, Known>): SourceRow {
  const parsed = eventSchema.safeParse(element);
  if (!parsed.success) return { number, value: () => undefined, broken: 'is no event of OCEL 2.0: it needs id, type and time' };
  const event = parsed.data;
  const attributes = new Map((event.attributes ?? []).map(({ name, value }) => [name, value]));
  const related = relatedOf(event, objects);
  const isClass = (column: string): column is ObjectClass => Object.hasOwn(CLASSES, column);
  const notes = NAMES.filter((name) => name !== 'order' && related.byClass[name].length > 1).map((name) => ({
    column: name,
    value: related.byClass[name].join(', '),
    reason: `the event relates to ${related.byClass[name].length} of these; the first is taken`,
  }));
  return {
    number,
    notes,
    value(column) {
      if (attributes.has(column)) return attributes.get(column);
      if (column === 'event:id') return event.id;
      if (column === 'event:type') return event.type;
      if (column === 'event:time') return event.time;
      if (isClass(column)) return related.byClass[column][0];
      return column.startsWith('object:') ? objectValue(column, event, related, objects) : undefined;
    },
    columns: () => [...attributes.keys(), ...[...related.byType.keys()].map((type) => `object:${type}`)],
  };
}

/**
 * Reads the events of an OCEL 2.0 log in JSON or XML, one row each. The file is read twice: first its objects (an index of them is held), then its events
 * one by one.
 * @param open the file from its beginning
 * @param columns those that the mapping looks at
 * @throws Error where the file is neither JSON nor XML, is cut off, or is no OCEL 2.0 log; nothing is read of its events then
 */
export async function* ocelRows(open: () => Promise<Readable>, columns: ReadonlySet<string>): AsyncGenerator<SourceRow> {
  const withAttributes = [...columns].some((column) => column.startsWith('object:') && column.includes('.'));
  const objects = await readObjects(await open(), withAttributes);
  let number = 0;
  for await (const element of elements(await open(), 'events')) yield rowOf(++number, element, objects);
}
