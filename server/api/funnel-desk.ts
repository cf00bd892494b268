import type { FunnelDefinition, FunnelWords, SavedFunnelParams, SavedFunnelSummary, SavedFunnelView } from '#lib/contract/index.ts';
import type { Actor } from '#server/security/actor.ts';

/** A funnel over a sample, before it is saved. */
export interface FunnelPreview {
  /** customers looked at: those heard of last */
  readonly customers: number;
  /** false: all steps have to share something that none of their events carries */
  readonly held: boolean;
  readonly view: Pick<SavedFunnelView, 'total' | 'steps' | 'order'>;
}

/** What the API can ask about saved funnels, and do to them. */
export interface FunnelDesk {
  list(): readonly SavedFunnelSummary[];
  /** @throws Fault `not_found` */
  get(params: SavedFunnelParams): SavedFunnelView;
  /** touchpoints, types and values that a builder can offer */
  words(): FunnelWords;
  /** What it would come to over the customers heard of last. */
  preview(definition: FunnelDefinition): Promise<FunnelPreview>;
  /**
   * Saves a funnel under the next version. @param input.replaces version that was edited; null: a new funnel
   * @throws Fault `conflict` where somebody else has saved under this name meanwhile
   */
  save(input: { readonly definition: FunnelDefinition; readonly replaces: number | null }, actor: Actor): Promise<FunnelDefinition>;
  /** @throws Fault `not_found` */
  remove(id: string, actor: Actor): Promise<void>;
}
