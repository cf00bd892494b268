import { capital, identifierName } from '#lib/components/names.ts';
import * as m from '#messages/find.ts';

/** What somebody was found by: their name, or a kind of identifier; at the beginning of a line. */
export function kindOf(kind: string): string {
  return capital(kind === 'name' ? m.name() : identifierName(kind));
}
