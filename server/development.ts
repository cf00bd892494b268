import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { startApp } from './app.ts';
import { readConfig } from './config.ts';
import { systemClock } from './platform/clock.ts';
import { createLog } from './platform/log.ts';
import { chooseStore } from './store.ts';

/** One link of Vite's middleware chain. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Starts the product inside the development server: doors, API and sockets on its port, without demo traffic. */
export async function developInside(http: Server, use: (handler: Middleware) => void): Promise<{ close(): Promise<void> }> {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const store = await chooseStore(config, log);
  const app = await startApp({
    config,
    address: store.address,
    isStoreFull: () => store.isFull(),
    clock: systemClock,
    log,
    version: 'development',
  });
  use((request, response, next) => {
    if (!app.handle(request, response)) next();
  });
  // Vite tells its pages of changed files by a WebSocket of its own.
  app.attach(http, 'left');
  return {
    async close() {
      await app.close();
      await store.stop();
    },
  };
}
