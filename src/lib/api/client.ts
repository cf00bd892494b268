import { createTRPCClient, httpLink } from '@trpc/client';
import type { AppRouter } from '#server/api/router.ts';

/** The product's API from the browser. Personal look-ups go by form, never by this client: their words would stand in a URL. */
export type Api = ReturnType<typeof createApi>;

/** Makes a client for `/api/trpc` of the page's own address. */
export function createApi() {
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: '/api/trpc' })] });
}
