import type { Component } from '#lib/contract/index.ts';
import type { StoredEvent } from '../event/event.ts';
import { cameToNothing } from '../event/outcome.ts';

/** Friction that the type of an event says by itself. */
const TYPE_SIGNALS: ReadonlyMap<string, Component> = new Map<string, Component>([
  ['contact.transferred', 'transfer'],
  ['error.shown', 'error'],
  ['click.rage', 'rage_click'],
  ['click.dead', 'dead_click'],
  ['selfservice.failed', 'failed_self_service'],
  ['form.abandoned', 'abandon'],
  ['case.reopened', 'reopen'],
]);

/** One occurrence of a friction component. `value`: seconds for `wait`, a count for the others, which may be a part of one. */
export interface Signal {
  readonly component: Component;
  readonly value: number;
}

function impliedBy(event: StoredEvent): Component[] {
  const implied: Component[] = [];
  const byType = TYPE_SIGNALS.get(event.type ?? '');
  if (byType !== undefined) implied.push(byType);
  if (event.outcome === undefined) return implied;
  if (event.type === 'contact.ended' && event.outcome === 'abandoned') implied.push('abandon');
  if (cameToNothing(event)) {
    if (byType === undefined && event.type?.startsWith('selfservice.') === true) implied.push('failed_self_service');
    implied.push('dead_end');
  }
  return implied;
}

const NONE: readonly Signal[] = [];

/** Signals an event gives: those it names, and those its type and outcome stand for where it does not name them itself. */
export function signalsOf(event: StoredEvent): readonly Signal[] {
  if (event.signals === undefined && event.outcome === undefined) {
    const byType = TYPE_SIGNALS.get(event.type ?? '');
    return byType === undefined ? NONE : [{ component: byType, value: 1 }];
  }
  const implied = impliedBy(event);
  const given = (event.signals ?? []).map((s) => ({ component: s.kind, value: s.value ?? 1 }));
  const besides = implied.filter((component) => !given.some((s) => s.component === component));
  return [...given, ...besides.map((component) => ({ component, value: 1 }))];
}
