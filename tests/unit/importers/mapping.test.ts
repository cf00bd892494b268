import { describe, expect, it } from 'vitest';
import { Fault } from '#lib/contract/index.ts';
import { instantReader } from '#server/importers/instant.ts';
import { mappingSchema } from '#server/importers/mapping.ts';
import { rowMapper } from '#server/importers/row-mapper.ts';
import type { SourceRow } from '#server/importers/source-rows.ts';
import { readYaml } from '#server/platform/yaml.ts';

function faultOf(text: string): Fault {
  try {
    readYaml('map.yaml', text, mappingSchema);
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error('the mapping was taken');
}

function row(cells: Readonly<Record<string, unknown>>, number = 7): SourceRow {
  return { number, value: (column) => cells[column] };
}

const NOW = Date.UTC(2026, 0, 1);
const BASE = `
source: desk
nulls: ['?', '']
id: '{n}-{m}'
occurredAt: { column: at, format: 'd/M/yyyy HH:mm', zone: Europe/Berlin }
sequence: m
caseId: n
customer: { customerId: who, ticketId: n }
channel: { column: via, map: { Phone: phone, Fax: fax } }
touchpoint: { choose: [{ when: { state: New, via: Phone }, value: called }, { when: { state: [New, Open] }, value: began }] }
attributes: [state, size]
checks: [{ column: at, notBefore: opened }]
`.replace("id: '{n}-{m}'", "id: { template: '{n}-{m}' }");
const GOOD = { n: 'A1', m: '3', at: '29/2/2016 01:23', opened: '29/2/2016 01:00', who: 'Ann', via: 'Phone', state: 'New', size: 4 };

function mapped(cells: Readonly<Record<string, unknown>>) {
  return rowMapper(readYaml('map.yaml', BASE, mappingSchema), NOW).map(row(cells));
}

describe('a mapping file', () => {
  it('that is wrong is refused with the line and the field of every mistake', () => {
    const fault = faultOf(
      `source: desk\noccurredAt:\n  column: at\n  formatt: iso\ncustomer:\n  customerId: { column: a, template: b }\nsignals:\n  - kind: tranfer\n    grows: x\n`,
    );
    expect(fault.code).toBe('bad_config');
    expect(fault.message).toMatch(/^map\.yaml:4: occurredAt\.formatt is not known here$/m);
    expect(fault.message).toMatch(/^map\.yaml:6: customer\.customerId needs exactly one of column, template/m);
    expect(fault.message).toMatch(/^map\.yaml:8: signals\.0\.kind /m);
  });

  it('with a name misspelt says where it stands, and what is missing instead', () => {
    const fault = faultOf('source: desk\noccurredAt: { column: at }\ncustmer: { customerId: who }\n');
    expect(fault.message.split('\n').sort()).toEqual(['map.yaml:1: customer is missing', 'map.yaml:3: custmer is not known here']);
  });

  it('with a delimiter of more than one character says so', () => {
    const words = faultOf(
      "source: desk\ncsv: { delimiter: ';;', decimal: x }\noccurredAt: { column: at }\ncustomer: { customerId: who }\n",
    ).message;
    expect(words.split('\n')).toEqual([
      'map.yaml:2: csv.delimiter must be a single character',
      "map.yaml:2: csv.decimal is neither '.' nor ','",
    ]);
  });

  it('that is not YAML is refused with the line', () => {
    expect(faultOf('source: desk\ncustomer: [a\n').message).toMatch(/^map\.yaml:[23]: /);
  });

  it('with a value that begins with * outside quotes is refused with the line', () => {
    const fault = faultOf('source: desk\noccurredAt: { column: at }\ncustomer: { customerId: a }\nnulls: [none, *NA*]\n');
    expect(fault.message).toBe('map.yaml:4: *NA* stands for nothing: put what begins with * in quotes');
  });

  it('with a condition on a number says that it belongs in quotes', () => {
    const fault = faultOf(
      'source: desk\noccurredAt: { column: at }\ncustomer: { customerId: a }\ntopic: { column: b, when: { sys_mod_count: 0 } }\n',
    );
    expect(fault.message).toMatch(/^map\.yaml:4: topic\.when\.sys_mod_count .*in quotes$/);
  });

  it('that compares rows of a case must say what a case is', () => {
    const text = 'source: desk\noccurredAt: { column: at }\ncustomer: { customerId: a }\nsignals: [{ kind: transfer, grows: x }]\n';
    expect(faultOf(text).message).toContain('map.yaml:4: signals with "grows" or "turns" compare the rows of a case');
  });

  it('that names a zone or an encoding that does not exist is refused with line and field', () => {
    const text = 'source: desk\nencoding: windows-1525\noccurredAt:\n  column: at\n  zone: Mars/Foo\ncustomer: { customerId: a }\n';
    const fault = faultOf(text);
    expect(fault.message).toMatch(/^map\.yaml:2: encoding .*windows-1252/m);
    expect(fault.message).toMatch(/^map\.yaml:5: occurredAt\.zone .*Europe\/Berlin/m);
    expect(() => readYaml('map.yaml', text.replace('Mars/Foo', 'America/New_York').replace('1525', '1252'), mappingSchema)).not.toThrow();
  });

  it('names every column that the file must have', () => {
    expect([...rowMapper(readYaml('map.yaml', BASE, mappingSchema), NOW).columns].sort()).toEqual([
      'at',
      'm',
      'n',
      'opened',
      'size',
      'state',
      'via',
      'who',
    ]);
  });
});

describe('a row', () => {
  it('becomes an event with identifiers, time in its zone, sequence, touchpoint, channel and attributes', () => {
    const { mapped: result, problems } = mapped(GOOD);
    expect(problems).toEqual([]);
    expect(result).toMatchObject({ row: 7, at: Date.UTC(2016, 1, 29, 0, 23), sequence: 3, caseId: 'A1' });
    expect(result?.event).toEqual({
      id: 'A1-3',
      occurredAt: Date.UTC(2016, 1, 29, 0, 23),
      sequence: 3,
      customer: { customerId: 'Ann', ticketId: 'A1' },
      caseId: 'A1',
      touchpoint: 'called',
      channel: 'phone',
      attributes: { state: 'New', size: 4 },
    });
  });

  it('without a caller keeps its other identifiers and has no caller called "?"', () => {
    expect(mapped({ ...GOOD, who: '?' }).mapped?.event.customer).toEqual({ ticketId: 'A1' });
  });

  it('with a list where a name should be has no customer of that name', () => {
    const { mapped: result, problems } = mapped({ ...GOOD, who: ['Ann'] });
    expect(result?.event.customer).toEqual({ ticketId: 'A1' });
    expect(problems).toEqual([{ row: 7, column: 'who', value: '["Ann"]', reason: 'is a list or an object and identifies nobody' }]);
  });

  it('takes the first choice whose conditions all hold', () => {
    expect(mapped({ ...GOOD, via: '?' }).mapped?.event.touchpoint).toBe('began');
  });

  it('with a value that the mapping does not know is imported without it, and the value is reported', () => {
    const { mapped: result, problems } = mapped({ ...GOOD, state: '-100' });
    expect(problems).toEqual([{ row: 7, column: 'state', value: '-100', reason: 'is in no entry of the mapping' }]);
    expect(result?.event).toMatchObject({ channel: 'phone', attributes: { state: '-100' } });
    expect(result?.event.touchpoint).toBeUndefined();
  });

  it('with a field that the door would refuse is imported without it', () => {
    const { mapped: result, problems } = mapped({ ...GOOD, via: 'Fax' });
    expect(problems).toMatchObject([{ column: 'channel', value: 'fax' }]);
    expect(result?.event.channel).toBeUndefined();
    expect(result?.event.touchpoint).toBe('began');
  });

  it('with a sequence out of range is imported without one', () => {
    const { mapped: result, problems } = mapped({ ...GOOD, m: '70000' });
    expect(problems).toMatchObject([{ column: 'm', value: '70000' }]);
    expect(result?.event.sequence).toBeUndefined();
  });

  it.each([
    ['31/2/2016 01:23', 'not a time'],
    ['?', 'no time'],
    ['1/1/1999 00:00', 'before 2000-01-01'],
  ])('at %s is not imported: it would count for the moment of the import', (at, reason) => {
    const { mapped: result, problems } = mapped({ ...GOOD, at });
    expect(result).toBeNull();
    expect(problems.at(-1)?.reason).toContain(reason);
  });

  it('at a time that cannot be right is imported and reported', () => {
    const { mapped: result, problems } = mapped({ ...GOOD, opened: '29/2/2016 09:00' });
    expect(result).not.toBeNull();
    expect(problems).toMatchObject([{ row: 7, column: 'at', value: '29/2/2016 01:23', reason: 'lies before opened 29/2/2016 09:00' }]);
  });

  it('that belongs to nobody is not imported', () => {
    const { mapped: result, problems } = mapped({ ...GOOD, who: '?', n: '?' });
    expect(result).toBeNull();
    expect(problems.at(-1)).toMatchObject({ column: null, reason: expect.stringContaining('row not imported') as string });
  });
});

describe('a promise', () => {
  const text = `${BASE}
promise:
  kind: { constant: call_back }
  id: n
  due: { column: until, format: iso }
  graceSeconds: grace
  wording: words
`;
  const mapper = rowMapper(readYaml('map.yaml', text, mappingSchema), NOW);

  it('is read from the columns that the mapping names, in the zone of all times', () => {
    expect(mapper.columns).toEqual(expect.arrayContaining(['until', 'grace', 'words']));
    const { mapped: result, problems } = mapper.map(row({ ...GOOD, until: '2016-03-01T12:00', grace: '600', words: 'We call you' }));
    expect(problems).toEqual([]);
    expect(result?.event.promise).toEqual({
      kind: 'call_back',
      id: 'A1',
      due: Date.UTC(2016, 2, 1, 11),
      graceSeconds: 600,
      wording: 'We call you',
    });
  });

  it('is imported without what cannot be read, which is reported', () => {
    const { mapped: result, problems } = mapper.map(row({ ...GOOD, until: 'soon', grace: 'long' }));
    expect(problems).toMatchObject([
      { column: 'until', value: 'soon', reason: 'is not a time of the format named' },
      { column: 'grace', value: 'long', reason: 'is not a number' },
    ]);
    expect(result?.event.promise).toEqual({ kind: 'call_back', id: 'A1' });
  });

  it('is none in a row that has no kind', () => {
    const open = readYaml('map.yaml', text.replace('{ constant: call_back }', 'promised'), mappingSchema);
    expect(rowMapper(open, NOW).map(row({ ...GOOD, until: '2016-03-01' })).mapped?.event.promise).toBeUndefined();
  });
});

describe('a time in ISO 8601', () => {
  const read = instantReader('iso', 'Europe/Berlin');

  it.each([
    ['2026-03-01T10:00', Date.UTC(2026, 2, 1, 9)],
    ['2026-03-01', Date.UTC(2026, 1, 28, 23)],
    ['20260301T100000Z', Date.UTC(2026, 2, 1, 10)],
    ['2026-W10-1T10:00:00.123+14:00', Date.UTC(2026, 2, 1, 20, 0, 0, 123)],
    ['2026-03-01T10:00:00,5-0330', Date.UTC(2026, 2, 1, 13, 30, 0, 500)],
    ['2026-03-01T10:00-05', Date.UTC(2026, 2, 1, 15)],
    ['2026-03-01t10:00z', Date.UTC(2026, 2, 1, 10)],
    ['2026-03-01T10:00+01:00[Europe/Paris]', Date.UTC(2026, 2, 1, 9)],
  ])('may be %s', (text, at) => {
    expect(read(text)).toBe(at);
  });

  it.each(['12:30', 'T12:30', '12', '2026-03-01T10:00+25:00', '2026-03-01T10:00-24', '2026-03-01T10:00+0199', '2026-02-30', 'soon'])(
    'is not %s: it would be a time that nobody meant',
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );
});

describe('a number with a comma before its decimals', () => {
  const text = (csv: string) => `source: desk
${csv}occurredAt: { column: at }
customer: { customerId: who }
score: { kind: valence, value: mark }
signals: [{ kind: wait, when: { via: Phone }, value: waited }]
`;
  const read = (csv: string, mark: string, waited = '1') =>
    rowMapper(readYaml('map.yaml', text(csv), mappingSchema), NOW).map(
      row({ at: '2025-11-02T10:00:00Z', who: 'Ann', via: 'Phone', mark, waited }),
    );
  const COMMA = "csv: { delimiter: ';', decimal: ',' }\n";

  it('is read where the mapping says that the file writes it so, thousands too', () => {
    const { mapped, problems } = read(COMMA, '-0,5', '1.234,5');
    expect([mapped?.event.score, mapped?.event.signals, problems]).toEqual([
      { kind: 'valence', value: -0.5 },
      [{ kind: 'wait', value: 1234.5 }],
      [],
    ]);
    expect(read(COMMA, '1').mapped?.event.score?.value).toBe(1);
  });

  it('is never guessed: what could be meant otherwise is reported, with what to say', () => {
    expect(read('', '0,5').problems).toMatchObject([{ column: 'mark', reason: expect.stringContaining("csv.decimal ','") as string }]);
    expect(read(COMMA, '0.5').problems).toMatchObject([{ column: 'mark', reason: 'is not a number' }]);
    expect(read(COMMA, '0,5', '12.34,5').problems).toMatchObject([{ column: 'waited', reason: 'is not a number' }]);
  });
});
