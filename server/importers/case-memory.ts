import type { EventInput } from '#lib/contract/index.ts';
import type { Mapping } from './mapping.ts';
import type { MappedRow } from './row-mapper.ts';
import { problemOf } from './value-rules.ts';
import type { Problem } from './value-rules.ts';

/** What an earlier row of a case left behind: one entry per compared column, then one per identifier kept per case. */
type Remembered = (string | null)[];
type Signals = NonNullable<EventInput['signals']>;

/** Completes rows with what only the case's earlier rows can tell. Rows must come in the order in which they happened. */
export interface CaseMemory {
  complete(mapped: MappedRow): { readonly event: EventInput; readonly problems: readonly Problem[] };
}

function difference(before: string | null, now: string | null): number {
  return before === null || now === null ? 0 : Number(now) - Number(before);
}

/** Holds one short list per case: about 200 bytes. */
export function caseMemory(mapping: Mapping): CaseMemory {
  const changes = mapping.signals.filter((s) => s.grows !== undefined || s.turns !== undefined);
  const kept = Object.entries(mapping.customer).flatMap(([kind, rule]) => (rule.perCase === undefined ? [] : [{ kind, rule }]));
  const cases = new Map<string, Remembered>();

  function signalsOf(before: Remembered | undefined, mapped: MappedRow): Signals {
    if (before === undefined) return [];
    return changes.flatMap((change, i): Signals => {
      const [was, now] = [before[i] ?? null, mapped.compared[i] ?? null];
      if (change.turns !== undefined) return was !== null && was !== now && now === change.turns.to ? [{ kind: change.kind }] : [];
      const grown = difference(was, now);
      if (!(grown > 0)) return [];
      return [grown === 1 ? { kind: change.kind } : { kind: change.kind, value: grown }];
    });
  }

  function keep(before: Remembered | undefined, mapped: MappedRow, problems: Problem[]): Record<string, string | number> | null {
    let customer: Record<string, string | number> | null = null;
    kept.forEach(({ kind, rule }, i) => {
      const first = before?.[changes.length + i] ?? null;
      const now = mapped.event.customer[kind];
      if (first === null || now === undefined || now === first) return;
      const column = rule.column ?? `customer.${kind}`;
      const reason = `differs from the case's first, ${first}, which holds for the whole case`;
      problems.push(problemOf(mapped.row, column, String(now), reason, "differs from the case's first"));
      customer = { ...(customer ?? mapped.event.customer), [kind]: first };
    });
    return customer;
  }

  return {
    complete(mapped) {
      if (mapped.caseId === null || (changes.length === 0 && kept.length === 0)) return { event: mapped.event, problems: [] };
      const before = cases.get(mapped.caseId);
      const problems: Problem[] = [];
      const signals = signalsOf(before, mapped);
      const customer = keep(before, mapped, problems);
      cases.set(mapped.caseId, [
        ...changes.map((_, i) => mapped.compared[i] ?? before?.[i] ?? null),
        ...kept.map(({ kind }, i) => before?.[changes.length + i] ?? textOf(mapped.event.customer[kind])),
      ]);
      if (signals.length === 0 && customer === null) return { event: mapped.event, problems };
      const event = {
        ...mapped.event,
        ...(customer === null ? {} : { customer }),
        ...(signals.length === 0 ? {} : { signals: [...(mapped.event.signals ?? []), ...signals] }),
      };
      return { event, problems };
    },
  };
}

function textOf(value: string | number | undefined): string | null {
  return value === undefined ? null : String(value);
}
