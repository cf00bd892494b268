/** Records of one kind as arrays: the names of the fields are not written again and again. */
export interface Packing<T> {
  pack(record: T): unknown[];
  unpack(values: readonly unknown[]): T;
}

/**
 * A packing of records in which no field is ever missing. What is unpacked is written into a record made by `blank`, and so has one form with every
 * record made with the same fields in the same order: an object to which more than a dozen fields are added by name one after the other becomes a
 * table to the JavaScript engine, and everything that touches it slow.
 * @param blank a new record with all fields, in the order in which they are written
 */
export function packing<T extends object>(blank: () => T): Packing<T> {
  const names = Object.keys(blank()) as (keyof T)[];
  return {
    pack: (record) => names.map((name) => record[name]),
    unpack(values) {
      const record = blank();
      names.forEach((name, i) => (record[name] = values[i] as T[keyof T]));
      return record;
    },
  };
}
