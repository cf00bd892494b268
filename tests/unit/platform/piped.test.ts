import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endWithSource } from '#server/platform/piped.ts';

const told: string[] = [];
const server = createServer((request, response) => {
  endWithSource(response, ({ message }) => told.push(message));
  const file = request.url === '/gone' ? `${import.meta.filename}.gone` : import.meta.filename;
  response.writeHead(200);
  createReadStream(file).pipe(response);
});
let address = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

it('a built file that is gone breaks off its own answer, and everything else goes on being served', async () => {
  await expect(fetch(`${address}/gone`).then((answer) => answer.text())).rejects.toThrow();
  expect(told).toEqual([expect.stringContaining('ENOENT')]);
  expect(await (await fetch(`${address}/here`)).text()).toContain('goes on being served');
});
