import { exactNumber } from '#lib/contract/exact-number.ts';
import type { ElementReader } from './xml.ts';
import { xmlItems } from './xml.ts';

/** The lists of a log that are read, each in a pass of its own. */
export type OcelList = 'objects' | 'events';

interface Element {
  readonly id?: string;
  readonly type?: string;
  readonly time?: string;
  readonly attributes: { name: string; time?: string; value: string | number | boolean }[];
  readonly relationships: { objectId: string; qualifier?: string }[];
}

type Named = Readonly<Record<string, string>>;

/** Elements around those of a list: the log, and the list. */
const LIST_DEPTH = 2;
/** Where the head of a log says what the attributes of a list are. */
const DECLARED: Readonly<Record<OcelList, string>> = { objects: 'object-types', events: 'event-types' };
const NUMBERS: ReadonlySet<string> = new Set(['float', 'integer', 'int']);

/** Reads one list of an OCEL 2.0 log in XML: its elements in the form that the same log has in JSON. */
class ListReader implements ElementReader<Element> {
  readonly ended: Element[] = [];
  readonly #list: OcelList;
  readonly #path: string[] = [];
  /** `<type> <attribute>` -> what its values are, as the head of the log says */
  readonly #types = new Map<string, string>();
  #declares = '';
  #element: Element | undefined;
  /** the attribute whose value is being read */
  #attribute: Named | undefined;
  #value = '';
  #hasEvents = false;
  #isOlder = false;

  constructor(list: OcelList) {
    this.#list = list;
  }

  /** @throws Error where the file is no log of OCEL 2.0 */
  check(): void {
    if (!this.#hasEvents) throw new Error('it has no list "events" and is no log of OCEL 2.0');
    if (this.#isOlder) throw new Error('it is a log of OCEL 1.0; convert it to OCEL 2.0 first');
  }

  open(name: string, attributes: Named): void {
    const depth = this.#path.push(name) - 1;
    if (depth === 1) {
      if (name === 'events' && this.#path[0] === 'log') this.#hasEvents = true;
      if (name === 'global') this.#isOlder = true;
    }
    if (this.#path[1] === DECLARED[this.#list]) this.#declare(depth, attributes);
    if (this.#path[1] !== this.#list) return;
    if (depth === LIST_DEPTH) this.#element = begun(attributes);
    else if (name === 'attribute') [this.#attribute, this.#value] = [attributes, ''];
    else if (name === 'relationship') this.#relate(attributes);
  }

  text(text: string): void {
    if (this.#attribute !== undefined) this.#value += text;
  }

  close(): void {
    const name = this.#path.pop();
    if (name === 'attribute') this.#keep();
    if (this.#path.length !== LIST_DEPTH || this.#element === undefined) return;
    this.ended.push(this.#element);
    this.#element = undefined;
  }

  #declare(depth: number, { name = '', type }: Named): void {
    if (depth === LIST_DEPTH) this.#declares = name;
    else if (type !== undefined) this.#types.set(`${this.#declares} ${name}`, type);
  }

  #relate({ 'object-id': objectId, qualifier }: Named): void {
    if (objectId !== undefined) this.#element?.relationships.push({ objectId, ...(qualifier === undefined ? {} : { qualifier }) });
  }

  #keep(): void {
    const { name, time } = this.#attribute ?? {};
    if (name !== undefined && this.#element !== undefined) {
      const value = valueOf(this.#types.get(`${this.#element.type ?? ''} ${name}`), this.#value);
      this.#element.attributes.push({ name, value, ...(time === undefined ? {} : { time }) });
    }
    this.#attribute = undefined;
  }
}

function begun({ id, type, time }: Named): Element {
  return {
    ...(id === undefined ? {} : { id }),
    ...(type === undefined ? {} : { type }),
    ...(time === undefined ? {} : { time }),
    attributes: [],
    relationships: [],
  };
}

function valueOf(type: string | undefined, text: string): string | number | boolean {
  if (type !== undefined && NUMBERS.has(type)) return exactNumber(text);
  return type === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text;
}

/**
 * The elements of one list of an OCEL 2.0 log in XML, as the same log in JSON has them.
 * @throws Error where the file is no well-formed XML, or no log of OCEL 2.0
 */
export async function* xmlElements(stream: AsyncIterable<Buffer>, list: OcelList): AsyncGenerator<unknown> {
  const reader = new ListReader(list);
  yield* xmlItems(stream, reader);
  reader.check();
}
