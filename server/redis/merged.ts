import type { Command } from './scripts.ts';

/** Commands of which many on one key can be one: name -> words after the key that belong together. */
const MERGED: ReadonlySet<string> = new Set(['HDEL', 'ZREM', 'HSET', 'ZADD']);

/**
 * The same writes in fewer commands. What only adds to or takes from one key is gathered, taking away before adding; plain SETs become one MSET.
 * Everything else keeps its order and comes first. So a commit must not both take a member or field away and add that same one again expecting
 * it to be gone, and must not SET a key that it also deletes.
 */
export function merged(commands: readonly Command[]): Command[] {
  const out: Command[] = [];
  const sets: (string | Buffer)[] = [];
  const gathered = new Map<string, Map<string, (string | Buffer)[]>>([...MERGED].map((name) => [name, new Map()]));
  for (const command of commands) {
    const [name, key] = command;
    const byKey = gathered.get(name);
    if (byKey !== undefined) {
      let known = byKey.get(key);
      if (known === undefined) byKey.set(key, (known = []));
      for (let i = 2; i < command.length; i++) known.push(command[i] ?? '');
    } else if (name === 'SET' && command.length === 3) sets.push(key, command[2] ?? '');
    else out.push(command);
  }
  for (const [name, byKey] of gathered) for (const [key, words] of byKey) out.push([name, key, ...words]);
  const [first, ...rest] = sets;
  if (typeof first === 'string') out.push(['MSET', first, ...rest]);
  return out;
}
