import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { journeySchemaText, runJourney } from '#server/cli/journey-command.ts';
import { parseConfig } from '#server/config.ts';
import { projectFile } from '#server/platform/files.ts';
import { TEST_JOURNEY } from '../../support/world.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-journey-'));
  file = join(folder, 'test.yaml');
  await writeFile(file, TEST_JOURNEY);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the command prints; there is no running product here. */
async function run(...argv: string[]): Promise<string> {
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    await runJourney(argv, parseConfig({ DATA_DIR: join(folder, 'data'), JOURNEYS: folder, DEMO: 'off' }));
  } finally {
    write.mockRestore();
  }
  return printed.join('');
}

describe('npm run journey', () => {
  it('checks a file and says line, field and reason', async () => {
    expect(await run('check', file)).toBe('test.yaml: test version 1: 5 stages, 8 touchpoints, can be published\n');
    const bad = join(folder, 'bad.txt');
    await writeFile(bad, TEST_JOURNEY.replace('owner: Sales, ', ''));
    await expect(run('check', bad)).rejects.toThrow('bad.txt:18: touchpoints.1.owner is missing: name the department that answers for it');
  });

  it('says once on which line a file is no YAML', async () => {
    const bad = join(folder, 'twice.txt');
    await writeFile(bad, `${TEST_JOURNEY}\njourney: again\n`);
    await expect(run('check', bad)).rejects.toThrow(/^twice\.txt:\d+: Map keys must be unique$/);
  });

  it('says on which line a value begins with * outside quotes', async () => {
    const bad = join(folder, 'star.txt');
    await writeFile(bad, TEST_JOURNEY.replace(/^goal:.*$/m, 'goal: *all'));
    await expect(run('check', bad)).rejects.toThrow(/^star\.txt:\d+: \*all stands for nothing: put what begins with \* in quotes$/);
  });

  it('says on which line a value has a tag that nobody reads, instead of taking what stands behind it', async () => {
    const bad = join(folder, 'tagged.txt');
    await writeFile(bad, TEST_JOURNEY.replace(/^goal:.*$/m, 'goal: !env HOME'));
    await expect(run('check', bad)).rejects.toThrow(/^tagged\.txt:\d+: the tag !env is not known here: write the value itself/);
  });

  it('says exactly what differs, from what is published and from another file', async () => {
    expect(await run('diff', file)).toBe('Nothing differs from test@1.\n');
    const other = join(folder, 'other.txt');
    await writeFile(other, TEST_JOURNEY.replace('standard: 6h', 'standard: 90m'));
    expect(await run('diff', other)).toBe('Against test@1:\n~ stages.look.standard: 6h -> 1h 30m\n');
    expect(await run('diff', other, file)).toBe('Against other.txt:\n~ stages.look.standard: 1h 30m -> 6h\n');
  });

  it('says that it speaks of files where no product runs', async () => {
    const said: string[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    expect(await run('list')).toBe('test@1  only a file  by journey files\n');
    write.mockRestore();
    expect(said.join('')).toMatch(/^No product is running for DATA_DIR=\S+: this is said of the files in /);
  });

  it('exports to the letter', async () => {
    const out = join(folder, 'out.txt');
    await run('export', 'test@1', out);
    expect(await readFile(out, 'utf8')).toBe(TEST_JOURNEY);
    await expect(run('export', 'nothing')).rejects.toThrow('There is no journey nothing. There are: test@1.');
    const nowhere = join(folder, 'no-such-folder', 'out.txt');
    await expect(run('export', 'test@1', nowhere)).rejects.toThrow(`${nowhere} cannot be written (ENOENT).`);
  });

  it('does not publish into nowhere, and explains itself', async () => {
    await expect(run('publish', file)).rejects.toThrow('No store is running');
    await expect(run('dance', file)).rejects.toThrow('npm run journey -- <what>');
  });

  it('ships the schema that editors are pointed to as it is made', () => {
    const shipped: unknown = JSON.parse(readFileSync(projectFile('server/journeys/journey.schema.json'), 'utf8'));
    expect(JSON.parse(journeySchemaText())).toEqual(shipped);
  });
});
