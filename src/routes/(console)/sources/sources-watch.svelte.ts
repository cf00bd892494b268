import type { Api } from '#lib/api/client.ts';
import type { QuarantineGroup, SourcesView } from '#lib/contract/sources.ts';

/** How often the page looks while it is seen: a refused event shows within two seconds. Nothing personal is pushed, so it asks. */
const EVERY_MS = 1_000;

/** Follows the health of sources, and what was refused. */
export class SourcesWatch {
  view: SourcesView = $state.raw({
    at: 0,
    sources: [],
    more: 0,
    lagMs: 0,
    quarantine: { kept: 0, bytes: 0, again: 0, dropped: 0, mostKept: 0, mostBytes: 0 },
    inboxWaiting: 0,
    inboxStoppedAt: null,
  });
  groups: readonly QuarantineGroup[] = $state.raw([]);
  /** the source whose refused events these are; null: of all */
  only: string | null = $state(null);
  #asked: string | null;
  /** the last look got no answer: what is shown is old */
  failed = $state(false);
  readonly #api: Api;

  constructor(
    api: Api,
    initial: { readonly view: SourcesView; readonly groups: readonly QuarantineGroup[]; readonly only: string | null },
  ) {
    this.#api = api;
    this.only = initial.only;
    this.#asked = initial.only;
    this.view = initial.view;
    this.groups = initial.groups;
  }

  /** @returns stops it */
  start(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const again = async (): Promise<void> => {
      if (document.visibilityState === 'visible') await this.look();
      if (!stopped) timer = setTimeout(() => void again(), EVERY_MS);
    };
    timer = setTimeout(() => void again(), EVERY_MS);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }

  /** Looks for what was refused of another source, or of all. */
  ask(only: string | null): void {
    if (only === this.#asked) return;
    this.#asked = only;
    void this.look();
  }

  /** Looks now. */
  async look(): Promise<void> {
    const only = this.#asked;
    const asked = only === null ? undefined : { source: only };
    try {
      const [view, groups] = await Promise.all([this.#api.sources.view.query(), this.#api.sources.quarantine.groups.query(asked)]);
      this.view = view;
      // Between asking for another source and its answer, what is shown stays.
      if (only === this.#asked) {
        this.groups = groups;
        this.only = only;
      }
      this.failed = false;
    } catch {
      this.failed = true;
    }
  }
}
