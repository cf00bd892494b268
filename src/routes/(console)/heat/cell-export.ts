import { withFields } from '#lib/components/address.ts';
import type { CsvField, CsvTable } from '#lib/components/csv.ts';
import { addingUp, iso } from '#lib/components/format.ts';
import type { WholeList } from '#lib/components/whole-list.ts';
import type { HeatCell, HeatView } from '#lib/contract/views.ts';
import { COMPONENT_NAMES } from '#lib/contract/words.ts';

/** Digits after the point. */
const DIGITS = 6;

function figure(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(DIGITS));
}

/** What a square is made of, a row for every figure that its drawer shows; the parts and the pull sum to the friction. */
export function partsTable(view: HeatView, cell: HeatCell): CsvTable {
  const place = [view.journey, view.version, cell.stage, view.by, cell.column, view.window, iso(view.position.at), cell.state];
  const row = (kind: string, name: string, value: number | null, unit: string): CsvField[] => [...place, kind, name, figure(value), unit];
  const shown = cell.state === 'value';
  const parts = addingUp([...cell.parts.map((part) => part.points), cell.pull], cell.friction ?? 0, DIGITS);
  return {
    columns: ['journey', 'version', 'stage', 'by', 'column', 'window', 'as_of', 'state', 'kind', 'name', 'value', 'unit'],
    rows: [
      ...(shown ? cell.parts.map((part, i) => row('part', COMPONENT_NAMES[part.component], parts[i] ?? null, 'points')) : []),
      ...(shown ? [row('pull', 'Pull to the stage’s average', parts.at(-1) ?? null, 'points')] : []),
      row('friction', 'Friction', cell.friction, 'points'),
      row('change', 'Change against last week', cell.change, 'points'),
      row('mean', 'Plain mean', shown ? cell.mean : null, 'points'),
      row('low', '95 % interval, from', shown ? cell.low : null, 'points'),
      row('high', '95 % interval, to', shown ? cell.high : null, 'points'),
      row('visits', 'Visits', cell.n, 'visits'),
      row('known', 'Visits with a known mood', cell.emotion.known, 'visits'),
      row('valence', 'Mean feeling', cell.emotion.valence, '-1 to 1'),
    ],
  };
}

/** The visits behind a square, the hardest first. The customer is the opaque id. */
export function visitsTable(list: WholeList): CsvTable {
  const asOf = iso(list.position.at);
  return {
    columns: ['customer', 'case', 'at', 'stage', 'channel', 'segment', 'friction', 'valence', 'as_of'],
    rows: list.rows.map((row) => [
      row.customer,
      row.caseId,
      iso(row.at),
      row.stage,
      row.channel,
      row.segment,
      figure(row.friction),
      figure(row.valence),
      asOf,
    ]),
  };
}

/** Name of an exported file: what it holds, of where, as of when; safe on every file system. */
export function exportName(what: 'parts' | 'visits' | 'trend', view: HeatView, cell: HeatCell): string {
  return fileName(`${what}-${view.journey}-${cell.stage}-${cell.column}-${iso(view.position.at)}`, what === 'trend' ? 'png' : 'csv');
}

/** Name of a picture of the whole grid. */
export function gridName(view: HeatView): string {
  return fileName(`grid-${view.journey}-${view.by}-${iso(view.position.at)}`, 'png');
}

function fileName(text: string, ending: string): string {
  return `${text.replaceAll(/[^\p{L}\p{N}-]+/gu, '_')}.${ending}`;
}

/** Links to a page as it stands: one that keeps moving, and one that shows this instant, window and version for good. */
export function linksOf(url: URL, view: HeatView): { readonly live: string; readonly frozen: string } {
  const absolute = (changes: Readonly<Record<string, string | null>>) => new URL(withFields(url, changes), url.origin).href;
  const same = { j: view.journey, w: view.window, by: view.by };
  return {
    live: absolute({ ...same, to: null, from: null }),
    frozen: absolute({ ...same, v: String(view.version), to: iso(view.position.at) }),
  };
}
