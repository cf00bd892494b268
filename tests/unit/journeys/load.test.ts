import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Fault } from '#lib/contract/index.ts';
import { readJourneys } from '#server/journeys/load.ts';
import { TEST_JOURNEY } from '../../support/world.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('a journey file that cannot be read is named in a sentence: of a file that is not there, a container makes a folder', async () => {
  await writeFile(join(folder, 'a.yaml'), TEST_JOURNEY);
  expect(readJourneys(folder).map(({ name }) => name)).toEqual(['a.yaml']);
  await mkdir(join(folder, 'b.yaml'));
  const refused = new Fault('bad_config', `JOURNEYS: the file ${join(folder, 'b.yaml')} cannot be read.`);
  expect(() => readJourneys(folder)).toThrow(refused);
});
