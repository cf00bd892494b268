import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** One link of Vite's middleware chain. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Starts the product inside the development server. */
export async function developInside(_http: Server, _use: (handler: Middleware) => void): Promise<{ close(): Promise<void> }> {
  return { close: () => Promise.resolve() };
}
