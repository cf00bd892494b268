import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { journeySchema } from '#lib/contract/index.ts';
import { checkJourney, compileJourney } from '#server/domain/blueprint/blueprint.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { mapFile } from '#server/importers/import.ts';
import { mappingSchema } from '#server/importers/mapping.ts';
import type { Problem } from '#server/importers/value-rules.ts';
import { projectFile } from '#server/platform/files.ts';
import { readYaml } from '#server/platform/yaml.ts';
import { INCIDENT_LOG, countIncidents, hasIncidentLog } from '../../support/incident-count.ts';
import type { IncidentCount } from '../../support/incident-count.ts';

const MAPPING = projectFile('server/importers/mappings/service-desk.yaml');
const JOURNEY = projectFile('server/journeys/service-desk.yaml');

function serviceDesk() {
  return journeySchema.parse(parseYaml(readFileSync(JOURNEY, 'utf8')));
}

describe('the service-desk journey', () => {
  it('is a valid journey file without problems', () => {
    expect(checkJourney(serviceDesk())).toEqual([]);
  });

  it('has a touchpoint for every touchpoint that its mapping names', () => {
    const ids = new Set(serviceDesk().touchpoints.map((t) => t.id));
    const named = readYaml(MAPPING, readFileSync(MAPPING, 'utf8'), mappingSchema).touchpoint?.choose?.map((c) => c.value) ?? [];
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });

  it('knows every segment that its mapping gives', () => {
    const given = Object.values(readYaml(MAPPING, readFileSync(MAPPING, 'utf8'), mappingSchema).segment?.map ?? {});
    expect(given.sort()).toEqual([...serviceDesk().segments].sort());
  });
});

interface Seen {
  rows: number;
  refused: number;
  events: number;
  inOrder: boolean;
  readonly ids: Set<string>;
  readonly callers: Set<string>;
  readonly personOfCase: Map<string, Set<string>>;
  readonly casesByStage: Map<string, Set<string>>;
  readonly signals: Record<string, number>;
  withoutCaller: number;
  from: number;
  to: number;
  readonly problems: Problem[];
}

const folder = mkdtempSync(join(tmpdir(), 'throughline-incidents-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function mapLog(): Promise<Seen> {
  const mapping = readYaml(MAPPING, readFileSync(MAPPING, 'utf8'), mappingSchema);
  const blueprint = compileJourney(serviceDesk());
  const display = { reading: () => undefined, sending: () => undefined, finished: () => undefined };
  const seen: Seen = {
    rows: 0,
    refused: 0,
    events: 0,
    inOrder: true,
    ids: new Set(),
    callers: new Set(),
    personOfCase: new Map(),
    casesByStage: new Map(),
    signals: {},
    withoutCaller: 0,
    from: Infinity,
    to: -Infinity,
    problems: [],
  };
  const file = await mapFile(
    { file: INCIDENT_LOG, mapping, folder, name: 'incidents', display, clock: Date.now },
    async (p) => void seen.problems.push(...p),
  );
  Object.assign(seen, { rows: file.rows, refused: file.refused });
  const add = (map: Map<string, Set<string>>, key: string, value: string) => map.set(key, (map.get(key) ?? new Set()).add(value));
  let last = [0, 0];
  for await (const { event, problems } of file.events()) {
    const [at, sequence] = [Number(event.occurredAt), event.sequence ?? 0];
    const [lastAt = 0, lastSequence = 0] = last;
    if (at < lastAt || (at === lastAt && sequence < lastSequence)) seen.inOrder = false;
    last = [at, sequence];
    seen.events += 1;
    seen.ids.add(event.id ?? '');
    seen.from = Math.min(seen.from, at);
    seen.to = Math.max(seen.to, at);
    const { customerId, ticketId } = event.customer;
    if (customerId === undefined) seen.withoutCaller += 1;
    else seen.callers.add(String(customerId));
    add(seen.personOfCase, String(ticketId), String(customerId ?? ticketId));
    const stored = { ...event, at, key: '', source: '', received: at, under: '', who: [] } as unknown as StoredEvent;
    const stage = blueprint.match(stored)?.stage;
    add(seen.casesByStage, stage == null ? 'none' : (blueprint.stages[stage]?.id ?? 'none'), event.caseId ?? '');
    for (const { kind, value } of event.signals ?? []) seen.signals[kind] = (seen.signals[kind] ?? 0) + (value ?? 1);
    seen.problems.push(...problems);
  }
  await file.dispose();
  return seen;
}

describe.skipIf(!hasIncidentLog)(`the real service-desk log (skipped where ${INCIDENT_LOG} is absent)`, () => {
  let seen: Seen;
  let counted: IncidentCount;
  beforeAll(async () => {
    counted = countIncidents();
    seen = await mapLog();
  }, 120_000);

  it('becomes one event per row, none lost, none named twice', () => {
    expect(counted.rows).toBe(141_712);
    expect([seen.rows, seen.refused, seen.events, seen.ids.size]).toEqual([counted.rows, 0, counted.rows, counted.rows]);
  });

  it('comes in the order in which it happened, and spans the same time as an independent count says', () => {
    expect(seen.inOrder).toBe(true);
    expect([seen.from, seen.to]).toEqual([counted.from, counted.to]);
  });

  it('has the same callers as an independent count, and nobody called "?"', () => {
    expect(seen.callers.size).toBe(counted.callers);
    expect(counted.callers).toBe(5244);
    expect(seen.callers.has('?')).toBe(false);
    expect(seen.withoutCaller).toBe(counted.rowsWithoutCaller);
  });

  it('gives each incident to exactly one person, also where the log names two callers or none', () => {
    expect(seen.personOfCase.size).toBe(24_918);
    expect([...seen.personOfCase.values()].filter((people) => people.size !== 1)).toEqual([]);
    expect(counted.casesWithTwoCallers).toHaveLength(3);
    const told = seen.problems.filter((p) => p.column === 'caller_id').map((p) => p.reason.slice(0, 30));
    expect(told.length).toBeGreaterThanOrEqual(counted.casesWithTwoCallers.length);
  });

  it('brings as many cases to each stage as an independent count of the states', () => {
    const of = counted.casesByState;
    const stage = (id: string) => seen.casesByStage.get(id)?.size;
    expect([stage('reported'), stage('worked-on'), stage('fixed'), stage('closed')]).toEqual([
      of['New'],
      of['Active'],
      of['Resolved'],
      of['Closed'],
    ]);
    expect(stage('waiting')).toBe(counted.casesWaiting);
    expect(stage('none')).toBe(of['-100']);
  });

  it('tells reassignments and reopenings as signals', () => {
    expect(seen.signals).toMatchObject({ transfer: 23_414, reopen: 331 });
  });

  it('reports bad values and imports their rows all the same', () => {
    const states = seen.problems.filter((p) => p.column === 'incident_state');
    expect(states.map((p) => p.value)).toEqual(Array.from({ length: counted.rowsByState['-100'] ?? 0 }, () => '-100'));
    expect(seen.problems.filter((p) => p.column === 'sys_updated_at')).toHaveLength(5);
  });
});
