import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { projectFile } from '#server/platform/files.ts';
import { startTestApp } from '../support/app.ts';

const NOON = Date.UTC(2026, 9, 15, 12);
const DAY = 86_400_000;
const SOON = { timeout: 30_000, interval: 50 };

/** The programs of the guide, as a stranger would run them: nothing is changed but the address, the journey and the clock. */
function programs(address: string): readonly string[] {
  const guide = readFileSync(projectFile('docs/guide/reading.md'), 'utf8');
  return [...guide.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) =>
    code.replaceAll('http://127.0.0.1:4070', address).replaceAll('broadband', 'test').replaceAll('Date.now()', String(NOON)),
  );
}

/** Runs a program with Node. */
function run(code: string): { readonly said: () => string; readonly ended: Promise<number | null>; readonly stop: () => void } {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { cwd: projectFile('.') });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  return { said: () => said, ended: new Promise((resolve) => child.once('close', resolve)), stop: () => void child.kill() };
}

test('the programs of the guide do what it says', async () => {
  await using app = await startTestApp({ now: NOON });
  await app.take(
    ['one', 'two'].map((id) => ({ id, customer: { customerId: id }, type: 'page.viewed', occurredAt: NOON - 5 * DAY, channel: 'web' })),
  );
  const [asking = '', following = ''] = programs(app.address);

  const asked = run(asking);
  expect([await asked.ended, asked.said()]).toEqual([0, expect.stringContaining('dropped: 2') as string]);
  expect(asked.said().match(/2026-/g)).toHaveLength(2);

  const followed = run(following);
  try {
    // Where it has not connected yet, the next event tells it.
    let n = 0;
    await expect
      .poll(async () => {
        await app.take([{ id: `more-${n}`, customer: { customerId: `more-${n}` }, type: 'page.viewed', occurredAt: NOON, channel: 'web' }]);
        n++;
        app.now += 1000;
        return followed.said();
      }, SOON)
      .toMatch(/inProgress: \d+/);
  } finally {
    followed.stop();
  }
});
