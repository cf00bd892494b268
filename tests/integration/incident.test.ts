import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindAnswer, FunnelView, JourneySummary, ListPage, SystemStatus } from '#lib/contract/index.ts';
import { formatList } from '#lib/contract/index.ts';
import { importFile } from '#server/importers/import.ts';
import type { ImportSummary } from '#server/importers/import.ts';
import { openDoor } from '#server/importers/door.ts';
import { mappingSchema } from '#server/importers/mapping.ts';
import { projectFile } from '#server/platform/files.ts';
import { readYaml } from '#server/platform/yaml.ts';
import { INCIDENT_LOG, countIncidents, hasIncidentLog } from '../support/incident-count.ts';
import type { IncidentCount } from '../support/incident-count.ts';
import { imbalances } from '../support/numbers.ts';
import { APP_KEY, startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';

const MAPPING = projectFile('server/importers/mappings/service-desk.yaml');
const JOURNEY = projectFile('server/journeys/service-desk.yaml');
const STAGES = { reported: 'New', 'worked-on': 'Active', fixed: 'Resolved', closed: 'Closed' } as const;

describe.skipIf(!hasIncidentLog)(`a real service desk's log, imported through the door (skipped where ${INCIDENT_LOG} is absent)`, () => {
  let app: TestApp;
  let folder: string;
  let summary: ImportSummary;
  let counted: IncidentCount;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'throughline-incident-'));
    counted = countIncidents();
    app = await startTestApp({ now: Date.UTC(2026, 9, 15, 12), partitions: 8, journeys: [await readFile(JOURNEY, 'utf8')] });
    const mapping = readYaml(MAPPING, await readFile(MAPPING, 'utf8'), mappingSchema);
    const display = { reading: () => undefined, sending: () => undefined, finished: () => undefined };
    const door = openDoor({ address: app.address, key: APP_KEY, source: mapping.source });
    summary = await importFile({
      file: INCIDENT_LOG,
      mapping,
      folder,
      name: 'incident',
      display,
      door,
      restart: true,
      clock: () => Date.now(),
    });
    await app.settled();
  }, 300_000);
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('is accepted row by row, once, none refused', async () => {
    expect([summary.rows, summary.accepted, summary.duplicates, summary.rejected, summary.refused]).toEqual([
      counted.rows,
      counted.rows,
      0,
      0,
      0,
    ]);
    expect(await app.call<SystemStatus>('system.status')).toMatchObject({ accepted: counted.rows, projected: counted.rows, waiting: 0 });
  });

  it('has as many people as callers, and one more for each case without one', async () => {
    expect((await app.status()).customers).toBe(counted.callers + counted.casesWithoutCaller);
    expect((await app.call<FindAnswer>('customers.find', { q: '?' })).hits).toEqual([]);
  });

  it('has brought as many cases to each stage as an independent count of the states', async () => {
    const view = await app.call<FunnelView>('funnel.get', {
      journey: 'service-desk',
      from: counted.from,
      to: counted.to + 400 * 86_400_000,
    });
    for (const [stage, state] of Object.entries(STAGES))
      expect([stage, view.steps[stage]?.visited]).toEqual([stage, counted.casesByState[state]]);
    expect(view.steps['waiting']?.visited).toBe(counted.casesWaiting);
    expect(imbalances(view)).toEqual([]);
  });

  it('is read at an instant of its own time, and every number opens its list', async () => {
    const to = counted.from + 60 * 86_400_000;
    const view = await app.call<FunnelView>('funnel.get', { journey: 'service-desk', from: counted.from, to });
    expect(view.total.entered).toBeGreaterThan(1000);
    expect(imbalances(view)).toEqual([]);
    const range = { journey: 'service-desk', from: view.from, to };
    const count = async (text: string): Promise<number> => (await app.call<ListPage>('cases.list', { list: text, limit: 1 })).count;
    for (const what of ['entered', 'converted', 'inProgress', 'dropped', 'excluded'] as const)
      expect([what, await count(formatList({ of: 'funnel', ...range, what }))]).toEqual([what, view.total[what]]);
    for (const step of Object.values(view.steps))
      for (const what of ['occupancy', 'stuck'] as const)
        expect([step.stage, what, await count(formatList({ of: 'now', journey: 'service-desk', to, stage: step.stage, what }))]).toEqual([
          step.stage,
          what,
          step[what],
        ]);
    const [journey] = await app.call<JourneySummary[]>('journeys.list');
    expect(journey?.span).toMatchObject({ from: expect.any(Number) });
  });
});
