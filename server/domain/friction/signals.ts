import type { Component } from '#lib/contract/index.ts';
import type { StoredEvent } from '../event/event.ts';

/** Friction that the type of an event says by itself. */
const TYPE_SIGNALS: Readonly<Record<string, Component>> = {
  'contact.transferred': 'transfer',
  'error.shown': 'error',
  'click.rage': 'rage_click',
  'click.dead': 'dead_click',
  'selfservice.failed': 'failed_self_service',
  'form.abandoned': 'abandon',
  'case.reopened': 'reopen',
};

/** One occurrence of a friction component. `value`: seconds for `wait`, a count for the others. */
export interface Signal {
  readonly component: Component;
  readonly value: number;
}

const NO_SIGNALS: readonly Signal[] = [];

/** Signals an event gives: those it names, and the one its type stands for where it does not name that itself. */
export function signalsOf(event: StoredEvent): readonly Signal[] {
  const implied = event.type === 'contact.ended' && event.outcome === 'abandoned' ? 'abandon' : TYPE_SIGNALS[event.type ?? ''];
  if (event.signals === undefined) return implied === undefined ? NO_SIGNALS : [{ component: implied, value: 1 }];
  const given = event.signals.map((s) => ({ component: s.kind, value: s.value ?? 1 }));
  return implied === undefined || given.some((s) => s.component === implied) ? given : [...given, { component: implied, value: 1 }];
}
