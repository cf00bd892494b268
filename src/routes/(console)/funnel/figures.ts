import { percents } from '#lib/components/format.ts';
import type { FunnelTotal } from '#lib/contract/views.ts';
import { what as nameOf } from '#messages/funnel.ts';

/** One number of a row of them, with the list behind it. */
export interface Figure {
  readonly metric: string;
  readonly name: string;
  /** what it means, in a sentence */
  readonly title?: string;
  /** how it goes on from the number before: entered = converted + ... */
  readonly sign?: '=' | '+';
  readonly value: number;
  readonly share?: string;
  readonly href: string;
}

const PARTS = ['converted', 'inProgress', 'dropped', 'excluded'] as const;

/** What became of all who entered, as a sum with its parts. */
export function sumOf(total: FunnelTotal, hrefOf: (what: keyof FunnelTotal) => string): readonly Figure[] {
  const shares = percents(PARTS.map((part) => total[part]));
  const figure = (metric: keyof FunnelTotal) => ({ metric, name: nameOf(metric), value: total[metric], href: hrefOf(metric) });
  return [figure('entered'), ...PARTS.map((part, i): Figure => ({ ...figure(part), sign: i === 0 ? '=' : '+', share: shares[i] ?? '' }))];
}
