import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectFile } from '#server/platform/files.ts';

let folder: string;
/** while this file is not there, nobody's work ends */
let gate: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-setup-'));
  gate = `${folder}-gate`;
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(gate, { force: true });
});

/** What one start does: it notes when it begins to build and when it is done, which it is not before it may be. */
const PROGRAM = `
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
const { alone } = await import(${JSON.stringify(pathToFileURL(projectFile('server/cli/setup.mjs')).href)});
const note = (what) => appendFileSync(process.argv[1] + '/notes', what + ' ' + process.pid + '\\n');
await alone(process.argv[1], async () => {
  note('begins');
  while (!existsSync(process.argv[2])) await pause(20);
  note('ends');
});
`;

/** Starts it; resolves with what it said. @param onWaits told when it says that it waits for another */
function start(
  onWaits: () => void = () => undefined,
): Promise<{ readonly pid: number; readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, folder, gate], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const waits = (text: string): boolean => text.includes('Another start');
    const before = waits(said);
    said += chunk.toString();
    if (!before && waits(said)) onWaits();
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ pid: child.pid ?? 0, code, said })));
}

const notes = async (): Promise<string[]> => (await readFile(join(folder, 'notes'), 'utf8')).trim().split('\n');

describe('starts of the same folder at the same time', () => {
  it('set it up one after the other, and whoever waits says for whom', async () => {
    let waiting = 0;
    const waits = (): void => {
      if (++waiting === 2) void writeFile(gate, '');
    };
    const starts = await Promise.all([start(waits), start(waits), start(waits)]);
    expect(starts.map(({ code }) => code)).toEqual([0, 0, 0]);
    const lines = await notes();
    expect(lines).toHaveLength(6);
    for (let i = 0; i < lines.length; i += 2) expect(lines[i + 1]).toBe(lines[i]?.replace('begins', 'ends'));
    const first = lines[0]?.split(' ')[1];
    expect(starts.filter(({ said }) => said.includes(`Another start (process ${first}) sets this folder up`))).toHaveLength(2);
    expect(await readdir(folder)).toEqual(['notes']);
  });

  it('do not wait for one that was killed, nor for one whose number another process has now', async () => {
    const lock = join(folder, '.setup-lock');
    await writeFile(gate, '');
    await writeFile(lock, '4194999');
    expect((await start()).code).toBe(0);
    await writeFile(lock, String(process.pid));
    const longAgo = new Date(Date.now() - 10 * 60_000);
    await utimes(lock, longAgo, longAgo);
    const [one, two] = await Promise.all([start(), start()]);
    expect([one.code, two.code, (await notes()).length]).toEqual([0, 0, 6]);
    expect(await readdir(folder)).toEqual(['notes']);
  });
});
