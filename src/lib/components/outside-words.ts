import { listOf } from '#messages/shared.ts';

/** The drawer's heading for a list of what coincides with something outside our control; null where it is another list. */
export function outsideListTitle(list: string): string | null {
  if (list.startsWith('delay?')) return listOf(list.includes('factor=') ? 'coinciding' : 'delay');
  return list.startsWith('exposed?') ? listOf('exposed') : null;
}
