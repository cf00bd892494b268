import type {
  FixRule,
  FixTrial,
  KeyKind,
  KeyView,
  NewKey,
  QuarantineFilter,
  QuarantineGroup,
  QuarantinePage,
  ReplayAnswer,
  SourcesView,
} from '#lib/contract/index.ts';

/** What the page of sources can ask and do. */
export interface SourceDesk {
  view(): Promise<SourcesView>;
  /** the last accepted event of a source as JSON, personal data included; null: none is known */
  sample(source: string): Promise<string | null>;
  /** sends a harmless event in the source's name, by the way all events take */
  test(source: string, by: string): Promise<{ readonly accepted: number }>;
  /** of one source, or of all: the `MOST_GROUPS` most frequent */
  groups(source: string | undefined): Promise<readonly QuarantineGroup[]>;
  page(filter: QuarantineFilter, options: { readonly before?: string | undefined; readonly limit: number }): Promise<QuarantinePage>;
  trial(filter: QuarantineFilter, rule: FixRule | undefined): Promise<FixTrial>;
  replay(filter: QuarantineFilter, rule: FixRule | undefined): Promise<ReplayAnswer>;
  /** @returns how many refused events were thrown away */
  discard(filter: QuarantineFilter): Promise<number>;
  keys(): Promise<readonly KeyView[]>;
  makeKey(source: string, kind: KeyKind, by: string): Promise<NewKey>;
  rotateKey(id: string, by: string): Promise<NewKey>;
  endKey(id: string): Promise<void>;
}
