import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectFile } from '#server/platform/files.ts';

let folder: string;
/** A project of one source file, whose tools are scripts. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'throughline-build-'));
  for (const file of ['server/cli/build.mjs', 'server/cli/setup.mjs', 'server/redis/locate.mjs'])
    cpSync(projectFile(file), join(folder, file), { recursive: true });
  for (const name of ['src', 'build', 'bin']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'src', 'page.ts'), 'first');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `node <arguments>` in the project; `vite` and `rolldown` do what is said here. */
function run(arguments_: readonly string[], tools: { readonly vite: string; readonly rolldown: string }): string {
  for (const [name, does] of Object.entries(tools)) writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${does}\n`, { mode: 0o755 });
  const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  const { status, stdout } = spawnSync(process.execPath, arguments_, { cwd: folder, env, encoding: 'utf8' });
  return `${status} ${stdout.trim()}`;
}

const GOOD = { vite: 'true', rolldown: 'echo made > build/main.js' };
const ASK = ['--input-type=module', '--eval', "console.log((await import('./server/cli/setup.mjs')).isBuilt())"];
const BUILD = ['server/cli/build.mjs'];

describe.skipIf(process.platform === 'win32')('npm run build', { timeout: 30_000 }, () => {
  it('is known as made from the sources as they are, until one of them changes', () => {
    expect([run(ASK, GOOD), run(BUILD, GOOD), run(ASK, GOOD)]).toEqual(['0 false', '0 ', '0 true']);
    writeFileSync(join(folder, 'src', 'page.ts'), 'second');
    expect(run(ASK, GOOD)).toBe('0 false');
  });

  it('is not known as made from a source that changed while it ran', () => {
    expect(run(BUILD, { ...GOOD, vite: 'echo second > src/page.ts' })).toBe('0 ');
    expect(run(ASK, GOOD)).toBe('0 false');
  });

  it('ends with what failed, and is not known as made', () => {
    expect(run(BUILD, { ...GOOD, vite: 'exit 3' })).toBe('3 ');
    expect([run(ASK, GOOD), existsSync(join(folder, 'build', 'main.js'))]).toEqual(['0 false', false]);
  });
});
