import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { Fault } from '#lib/contract/index.ts';
import type { Log } from '#server/platform/log.ts';
import type { Actor, ActorRequest } from '#server/security/actor.ts';
import type { Reader } from './reader.ts';
import { appRouter } from './router.ts';

/** Path under which the procedures are served. */
export const API_PATH = '/api/trpc/';
const LARGEST_BODY = 100_000;
const MOST_CALLS = 20;

export interface ApiOptions {
  readonly reader: Reader;
  readonly actorOf: (request: ActorRequest) => Actor | undefined;
  readonly log: Log;
}

/** Serves the procedures over HTTP, to those who may. */
export function createApi(options: ApiOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const handler = createHTTPHandler({
    router: appRouter,
    basePath: API_PATH,
    maxBodySize: LARGEST_BODY,
    maxBatchSize: MOST_CALLS,
    createContext: ({ req }) => {
      const actor = options.actorOf(req);
      if (actor === undefined) throw new Fault('forbidden', 'The API is for this machine only until accounts exist.');
      return { reader: options.reader, actor };
    },
    onError: ({ error, path }) => {
      if (error.code === 'INTERNAL_SERVER_ERROR') options.log.error({ err: error, path }, 'a procedure failed');
    },
  });
  return (request, response) => {
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    void handler(request, response);
  };
}
