import type { Actor } from './actor.ts';

/** What can be looked for: a whole identifier, the beginning of a name or an e-mail address, the end of a number, or who called unknown. */
export type FindKind = 'identifier' | 'name' | 'email' | 'phone' | 'callers';

/** Whether somebody may look for something. */
export type MayFind = (actor: Actor, kind: FindKind) => boolean;

/**
 * Who may look for what. Until accounts exist everybody who is let in at all may do the same; roles will be asked here and nowhere else.
 * @param options.partly false: only whole identifiers find anybody here, so that nobody can leaf through people
 */
export function findRights(options: { readonly partly: boolean }): MayFind {
  return (_actor, kind) => kind === 'identifier' || kind === 'callers' || options.partly;
}
