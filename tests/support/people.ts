import type { StoredEvent } from '#server/domain/event/event.ts';
import type { IdentityRules } from '#server/domain/identity/rules.ts';
import { nameFrom } from './events.ts';

interface Link {
  readonly parent: string;
  readonly child: string;
  readonly kind: string;
  readonly at: number;
  readonly key: string;
}

/**
 * Who is who, worked out from the definitions in one go over the whole set of events: shares no code with the product and keeps nothing.
 * @returns the person of an identifier's node
 */
export function peopleOf(events: readonly StoredEvent[], rules: IdentityRules): (node: string) => string {
  const speaking = (type: RegExp, of: StoredEvent): StoredEvent[] =>
    events.filter((e) => type.test(e.type ?? '') && e.about === nameFrom(of.source, of.id));
  const isRetracted = (e: StoredEvent): boolean => speaking(/^event\.retracted$/, e).length > 0;
  const isUndone = (e: StoredEvent): boolean =>
    isRetracted(e) || speaking(/^identity\.(unmerged|rejoined)$/, e).some((undo) => !isRetracted(undo));
  const held = events.filter((e) => e.about === undefined && !isUndone(e));
  const kinds = new Map(held.flatMap((e) => e.who.map(([kind, , node]) => [node, kind])));
  const seen: Link[] = [];
  const said: Link[] = [];
  const cuts = new Map<string, number>();
  for (const e of held) {
    if (e.type === 'identity.split') cuts.set(e.under, Math.max(cuts.get(e.under) ?? 0, e.at));
    else if (e.type !== 'event.retracted')
      for (const [kind, , child] of e.who)
        if (child !== e.under)
          (e.type === 'identity.merged' || e.type === 'alias' ? said : seen).push({ parent: e.under, child, kind, at: e.at, key: e.key });
  }
  const bound = (parent: string): Link[] => {
    const firsts = new Map<string, Link>();
    for (const link of seen.filter((l) => l.parent === parent).sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1)))
      if (!firsts.has(link.child)) firsts.set(link.child, link);
    const kept: Link[] = [];
    for (const link of firsts.values()) {
      const limit = rules.limitOf(link.kind);
      const used = kept.filter((k) => k.kind === link.kind && k.at > link.at - (limit?.windowMs ?? 0)).length;
      if (limit === undefined || used + (kinds.get(parent) === link.kind ? 1 : 0) < limit.most) kept.push(link);
    }
    return kept;
  };
  const parents = [...new Set(seen.map((l) => l.parent))].flatMap(bound);
  const personOf = (node: string): string => {
    const cut = cuts.get(node) ?? 0;
    const told = said.filter((l) => l.child === node && l.at > cut).sort((a, b) => b.at - a.at || (a.parent < b.parent ? -1 : 1))[0];
    if (told !== undefined) return personOf(told.parent);
    if (cut > 0) return node;
    const roots = new Set([...parents, ...said].filter((l) => l.child === node).map((l) => personOf(l.parent)));
    const [only] = roots;
    return roots.size === 1 && only !== undefined ? only : node;
  };
  return personOf;
}
