import type { DefinitionSet, Definitions } from './definitions.ts';

const POLICY = { kind: 'policy', id: 'emotion' } as const;
const OFF = { emotion: 'off' } as const;

/** Whether the emotions of customers may be read under a set of definitions. */
export function emotionPolicy(set: DefinitionSet): 'on' | 'off' {
  const body = set.get(POLICY.kind, POLICY.id)?.body;
  return typeof body === 'object' && body !== null && 'emotion' in body && body.emotion === OFF.emotion ? 'off' : 'on';
}

/**
 * Publishes what the operator decided, where it is news. Every process follows it, and everything that was derived from emotions before is folded
 * again without them: with `off`, the scores kept with events go, too.
 */
export async function applyEmotionPolicy(definitions: Definitions, decided: 'on' | 'off', at: number): Promise<void> {
  if (emotionPolicy(definitions.current) === decided) return;
  await definitions.publish({ ...POLICY, body: decided === 'off' ? OFF : null, by: 'configuration', at });
}
