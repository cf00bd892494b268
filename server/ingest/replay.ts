import type { FixRule, FixTrial, QuarantineFilter, ReplayAnswer } from '#lib/contract/index.ts';
import type { KeptEvent, Quarantine } from '#server/log/quarantine.ts';
import type { WriteKeys } from '#server/security/write-keys.ts';
import type { Acceptor, SourcedItem } from './acceptor.ts';
import { mapCloudEvent } from './cloudevents.ts';
import { applyRule } from './fix.ts';
import { readEntryAgain } from './inbox.ts';
import { parsed } from './items.ts';
import { scanJson } from './json-scan.ts';
import { LIMITS } from './limits.ts';
import { REMOVED } from './redact.ts';
import { isRecord, readMessage } from './segment.ts';

/** Events tried before a rule is used, and of these shown. */
const MOST_TRIED = 1_000;
const SHOWN = 20;
const NO_CHANGE: FixRule = { steps: [] };

/** Repairs refused events by rule and sends them in again. */
export interface Repair {
  /** what a rule would do; nothing is written */
  trial(filter: QuarantineFilter, rule: FixRule | undefined): Promise<FixTrial>;
  /**
   * Sends in what the rule makes right, as if it had been sent right when it first came; what is still wrong stays.
   * Safe to repeat: what was accepted and not yet taken out is found a duplicate.
   */
  replay(filter: QuarantineFilter, rule: FixRule | undefined): Promise<ReplayAnswer>;
}

interface Repaired {
  readonly kept: KeptEvent;
  readonly item: SourcedItem;
}

type SourceInside = WriteKeys['sourceInside'];

/** An identifier that is not kept: as it stands it would be everybody's whose identifier looks like a card number. */
function lostIdentifier(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  const { id, caseId, customer, promise, attributes } = value;
  const inside = (name: string, record: unknown): readonly (readonly [field: string, value: unknown])[] =>
    isRecord(record) ? Object.entries(record).map(([key, one]) => [`${name}.${key}`, one]) : [];
  const { other, eventId } = isRecord(attributes) ? attributes : {};
  const identifiers = [
    ...inside('customer', customer),
    ...inside('attributes.other', other),
    ['id', id] as const,
    ['caseId', caseId] as const,
    ['promise.id', isRecord(promise) ? promise['id'] : undefined] as const,
    ['attributes.eventId', eventId] as const,
  ];
  return identifiers.find(([, one]) => typeof one === 'string' && one.includes(REMOVED))?.[0];
}

/** Reads a refused event as its door did, after the rule. */
function repaired(kept: KeptEvent, rule: FixRule, sourceInside: SourceInside): Repaired {
  const read = readAgain(kept, rule, sourceInside);
  const field = read.item.problem === undefined ? lostIdentifier(read.item.value) : undefined;
  if (field === undefined) return read;
  const message = `${field} held what looks like a card number, which is not kept. Set it, or have its source send the event again.`;
  return { kept, item: { ...read.item, problem: { code: 'invalid_field', field, message } } };
}

function readAgain(kept: KeptEvent, rule: FixRule, sourceInside: SourceInside): Repaired {
  const { source, received, requestKey, browser } = kept;
  const arrival = { source, received, browser, ...(requestKey === undefined ? {} : { requestKey }) };
  const refuse = (message: string): Repaired => ({
    kept,
    item: { ...arrival, value: undefined, problem: { code: 'invalid_json', message } },
  });
  if (kept.cut) return refuse('The event was longer than is kept; ask its source to send it again.');
  const value = parsedAgain(kept.raw);
  if (value === undefined) return refuse('This is not valid JSON, or nested too deeply.');
  const changed = applyRule(rule, value.value);
  if (kept.shape === 'cloudevents') {
    const { feed, ...item } = mapCloudEvent(changed, kept.strip);
    return { kept, item: { ...arrival, ...item, source: feedOf(kept, feed, sourceInside) } };
  }
  if (kept.shape === 'segment' && isRecord(changed)) {
    const { library: _, ...item } = readMessage(changed['type'], changed, { browser, received });
    return { kept, item: { ...arrival, ...item } };
  }
  if (kept.shape === 'entry' && isRecord(changed)) return { kept, item: { ...arrival, ...readEntryAgain(changed, requestKey) } };
  return { kept, item: { ...arrival, value: changed } };
}

/** The source of a CloudEvent is its own, by the name it has after the repair. */
function feedOf({ source, keyName }: KeptEvent, feed: string | undefined, sourceInside: SourceInside): string {
  return feed === undefined || keyName === undefined ? source : sourceInside(keyName === '' ? undefined : keyName, feed);
}

function parsedAgain(raw: string): { readonly value: unknown } | undefined {
  const scan = scanJson(raw, 1);
  return scan.closed && scan.depth <= LIMITS.depth + 1 ? parsed(raw, scan) : undefined;
}

/** Makes the repair desk of quarantine. */
export function createRepair(options: {
  readonly quarantine: Quarantine;
  readonly acceptor: Acceptor;
  readonly sourceInside: SourceInside;
}): Repair {
  const { quarantine, acceptor, sourceInside } = options;
  return {
    async trial(filter, rule = NO_CHANGE) {
      let tried = 0;
      let right = 0;
      const examples: FixTrial['examples'][number][] = [];
      for await (const kept of quarantine.each(filter)) {
        for (const one of kept) {
          const { item } = repaired(one, rule, sourceInside);
          const problem = acceptor.check(item);
          tried++;
          if (problem === undefined) right++;
          if (examples.length < SHOWN)
            examples.push({
              id: one.id,
              after: item.value === undefined ? null : JSON.stringify(item.value),
              problem: problem === undefined ? null : { field: problem.field, message: problem.message },
            });
          if (tried >= MOST_TRIED) return { tried, right, examples };
        }
      }
      return { tried, right, examples };
    },
    async replay(filter, rule = NO_CHANGE) {
      const sum = { accepted: 0, duplicates: 0, wrong: 0 };
      for await (const kept of quarantine.each(filter)) {
        const all = kept.map((one) => repaired(one, rule, sourceInside));
        const right = all.filter(({ item }) => acceptor.check(item) === undefined);
        sum.wrong += all.length - right.length;
        if (right.length === 0) continue;
        const answer = await acceptor.accept(right.map(({ item }) => item));
        sum.accepted += answer.accepted;
        sum.duplicates += answer.duplicates;
        await quarantine.release(right.map(({ kept: { id } }) => id));
      }
      return sum;
    },
  };
}
