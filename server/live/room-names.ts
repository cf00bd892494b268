import type { Subscription } from '#lib/contract/index.ts';

/** Every room name is built here: the view and its parameters, in one order. */
export function roomName(request: Subscription): string {
  const params = Object.entries(request.params)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `${request.view} ${JSON.stringify(params)}`;
}
