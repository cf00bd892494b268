import { Fault, parseList } from '#lib/contract/index.ts';
import type { EventListRef, ListPage, ListRef, ListRow, RecoveryListRef } from '#lib/contract/index.ts';
import type { Reader } from '#server/api/reader.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { eventRows } from '#server/projector/lists/event.ts';
import { PageOfRows, formatCursor, parseCursor } from '#server/projector/lists/page.ts';
import type { ListReading } from '#server/projector/lists/scan.ts';
import { rowsOf } from '#server/projector/lists/lists.ts';
import type { Asked } from './asked.ts';
import type { ReaderOptions } from './reader-options.ts';

/** Rows of one list page. */
const LIST_PAGE = 50;

/** Reads the lists behind the numbers. */
export function createListReader(
  o: Pick<ReaderOptions, 'redis' | 'partitions' | 'blueprints' | 'context' | 'attempts' | 'together'>,
  asked: Asked,
): Reader['list'] {
  const { blueprint, spanOf } = asked;

  function rowsBehind(ref: ListRef, minute: number): AsyncIterable<ListRow> {
    if (ref.of === 'saved') return o.attempts(ref, minute);
    if (ref.of === 'association') return o.together.rows(ref, blueprint(ref.journey, ref.version, ref.to));
    const reading = { redis: o.redis, partitions: o.partitions, at: minute };
    if (ref.of === 'recovery') return rowsOfVersions(ref, reading);
    if (ref.of === 'event') return rowsOfEvents(ref, minute);
    const of = blueprint(ref.journey, ref.version, ref.to);
    if ('stage' in ref) checkStage(of, ref.stage);
    return rowsOf(ref, { ...reading, blueprint: of });
  }

  /** Nobody is in a stage that does not exist, which must not look as if it were empty. @throws Fault `not_found` */
  function checkStage(of: Blueprint, stage: string | undefined): void {
    if (stage === undefined || stage === 'all' || of.stages.some(({ id }) => id === stage)) return;
    throw new Fault('not_found', `The journey "${of.journey}" has no stage "${stage}" in version ${of.version}.`);
  }

  /** What came at a touchpoint is counted over all versions of a journey, too. @throws Fault `not_found` */
  function rowsOfEvents(ref: EventListRef, minute: number): AsyncIterable<ListRow> {
    const of = blueprint(ref.journey, undefined, ref.to);
    const versions = o.blueprints.versions(of.journey).map((one) => one.blueprint);
    if (!versions.some(({ touchpoints }) => touchpoints.some(({ id }) => id === ref.touchpoint)))
      throw new Fault('not_found', `The journey "${of.journey}" has no touchpoint "${ref.touchpoint}".`);
    return eventRows(ref, { redis: o.redis, partitions: o.partitions, context: o.context(), versions, at: minute });
  }

  /** What is being made good is counted over all versions of a journey. */
  async function* rowsOfVersions(ref: RecoveryListRef, reading: Omit<ListReading, 'blueprint'>): AsyncGenerator<ListRow> {
    for (const one of o.blueprints.versions(blueprint(ref.journey).journey)) yield* rowsOf(ref, { ...reading, blueprint: one.blueprint });
  }

  return async function list(params: {
    readonly list: string;
    readonly cursor?: string | undefined;
    readonly limit?: number | undefined;
  }): Promise<ListPage> {
    const ref = parseList(params.list);
    if (ref === undefined)
      throw new Fault('bad_request', 'This is not a list. Lists look like funnel?journey=broadband&stage=order&what=dropped.');
    const cursor = params.cursor === undefined ? undefined : parseCursor(params.cursor);
    const { position, minute } = spanOf({ from: 'from' in ref ? ref.from : undefined, to: cursor?.position ?? ref.to });
    const page = new PageOfRows(params.limit ?? LIST_PAGE, cursor);
    for await (const row of rowsBehind(ref, minute)) page.add(row);
    const { rows, next } = page.page();
    return {
      list: params.list,
      count: page.count,
      position: cursor === undefined ? position : { at: position.at, live: ref.to === undefined || ref.to > position.at },
      rows,
      next: next === null ? null : formatCursor({ position: position.at, ...next }),
    };
  };
}
