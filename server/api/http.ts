import type { IncomingMessage, ServerResponse } from 'node:http';
import { TRPCError } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import type { Log } from '#server/platform/log.ts';
import type { Actor, ActorRequest } from '#server/security/actor.ts';
import { sameOrigin } from '#server/security/origin.ts';
import { appRouter } from './router.ts';
import type { Context } from './trpc.ts';

/** Path under which the procedures are served. */
export const API_PATH = '/api/trpc/';
const LARGEST_BODY = 100_000;
const MOST_CALLS = 20;

export interface ApiOptions {
  /** what every procedure is given, but for who asks */
  readonly desks: Omit<Context, 'actor'>;
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
      if (actor === undefined) throw forbidden('The API is for this machine only until accounts exist.');
      if (req.method !== 'GET' && !isOwnWrite(req)) throw forbidden('Only our own pages and programs may change anything.');
      return { ...options.desks, actor };
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

/** A page of another site can make a browser send a form here, but neither JSON nor our own origin. */
function isOwnWrite(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/json') && sameOrigin(request);
}

function forbidden(message: string): TRPCError {
  return new TRPCError({ code: 'FORBIDDEN', message });
}
