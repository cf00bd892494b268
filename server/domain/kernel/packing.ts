/** Stands for a field that is not there. */
const ABSENT = '\0';

/** Records of one kind as arrays: the names of the fields are not written again and again. */
export interface Packing<T> {
  pack(record: T): unknown[];
  unpack(values: readonly unknown[]): T;
}

/** The packing, where no field of the record is missing; else a type that says which is, and cannot be used. */
type Complete<T, K extends readonly (keyof T)[]> = [Exclude<keyof T, K[number]>] extends [never]
  ? Packing<T>
  : { readonly fieldsThatAreMissing: Exclude<keyof T, K[number]> };

/** A packing with the fields in the given order. All fields of the record have to be named: `packing<Thing>()(['id', 'at'])`. */
export function packing<T extends object>() {
  return <const K extends readonly (keyof T)[]>(fields: K): Complete<T, K> => {
    const names: readonly (keyof T)[] = fields;
    const made: Packing<T> = {
      pack: (record) => names.map((name) => (record[name] === undefined ? ABSENT : record[name])),
      unpack(values) {
        const record: Partial<Record<keyof T, unknown>> = {};
        for (let i = 0; i < names.length; i++) {
          const name = names[i];
          if (name !== undefined && values[i] !== ABSENT) record[name] = values[i];
        }
        return record as T;
      },
    };
    return made as Complete<T, K>;
  };
}
