import type { CustomerHeader } from '#lib/contract/index.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import { briefOf } from '#server/domain/timeline/brief.ts';
import type { BriefContext } from '#server/domain/timeline/brief.ts';
import { entryOf } from '#server/domain/timeline/entry.ts';
import type { StoryEntry } from '#server/domain/timeline/entry.ts';
import { groupEntries } from '#server/domain/timeline/group.ts';
import { headerOf } from '#server/domain/timeline/header.ts';
import { lookupIn } from '#server/domain/timeline/lookup.ts';
import { TEST_JOURNEY, blueprintsFrom } from './world.ts';

const blueprints = blueprintsFrom(TEST_JOURNEY);

/** A customer's story as the product makes it from events, without a store. */
export interface ToldStory extends BriefContext {
  readonly state: CustomerState;
  readonly header: CustomerHeader;
  readonly entries: readonly StoryEntry[];
  readonly brief: ReturnType<typeof briefOf>;
}

/** Folds events of one customer and tells their story at an instant, in the test journey. */
export function tell(events: readonly StoredEvent[], now: number): ToldStory {
  const sorted = [...events].sort(compareEvents);
  const state = emptyState();
  if (sorted.length > 0) foldOnto(state, sorted, { blueprints });
  const entries = sorted.map((event) => entryOf(event, { state, blueprints }));
  const context = {
    header: headerOf('c', state, { blueprints, factors: [], now }),
    entries,
    groups: groupEntries(entries),
    lookup: lookupIn(entries),
    now,
  };
  return { ...context, state, brief: briefOf(context) };
}
