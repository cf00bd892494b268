import type { DraftCheck, JourneyText, PreviewPiece, PreviewPlace } from '#lib/contract/index.ts';
import type { Actor } from '#server/security/actor.ts';

/** What the API can do to journeys: read their texts, try drafts, publish. */
export interface JourneyDesk {
  /** @throws Fault `not_found` */
  text(params: { readonly journey: string; readonly version?: number | undefined }): JourneyText;
  /** What is wrong with a draft, or what it changes. */
  check(text: string): DraftCheck;
  /** What the last 24 hours would look like under a draft: one piece of the customers. @throws Fault `bad_request` where it cannot be published */
  preview(text: string, from?: PreviewPlace): Promise<PreviewPiece>;
  /** Publishes a draft under the name of the actor. @throws Fault `bad_config` with line, field and reason; `conflict` */
  publish(text: string, actor: Actor): Promise<{ readonly journey: string; readonly version: number }>;
}
