import type { DraftCheck, JourneyPreview, PreviewPiece, PreviewPlace } from '#lib/contract/journey-draft.ts';
import { joinPreviews } from '#lib/contract/join-previews.ts';
import { failure } from '#lib/components/failure.ts';

/** What the editor asks the server for. */
export interface DraftServer {
  check(text: string): Promise<DraftCheck>;
  /** one piece of the customers, from a place on; null: the first */
  preview(text: string, from: PreviewPlace | null): Promise<PreviewPiece>;
  publish(text: string): Promise<{ readonly journey: string; readonly version: number }>;
}

/** A preview of everybody: those it has looked at are all there are. */
function whole(preview: JourneyPreview): JourneyPreview {
  return { ...preview, of: preview.customers + preview.leftOut };
}

/** After the last key press. */
const PAUSE_MS = 350;

/** A draft of a journey: its text, what is wrong with it or changes by it, what the last 24 h would look like, and its publication. */
export class DraftState {
  readonly #server: DraftServer;
  #text: string;
  /** the text as it was found, or as it was last published */
  #kept: string;
  #check: DraftCheck | null;
  #preview: JourneyPreview | null;
  #busy: 'check' | 'preview' | 'publish' | null;
  #failed: string | null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** grows with every change: an answer to an older text is not shown */
  #turn = 0;
  #enough = false;

  constructor(server: DraftServer, { text, check }: { readonly text: string; readonly check: DraftCheck }) {
    this.#server = server;
    this.#text = $state(text);
    this.#kept = $state(text);
    this.#check = $state.raw(check);
    this.#preview = $state.raw(null);
    this.#busy = $state(null);
    this.#failed = $state(null);
  }

  get text(): string {
    return this.#text;
  }
  /** Whether there is something in it that is not published. */
  get changed(): boolean {
    return this.#text !== this.#kept;
  }
  /** null: not yet checked since the last change */
  get check(): DraftCheck | null {
    return this.#check;
  }
  get preview(): JourneyPreview | null {
    return this.#preview;
  }
  get busy(): 'check' | 'preview' | 'publish' | null {
    return this.#busy;
  }
  get failed(): string | null {
    return this.#failed;
  }
  /** Whether it says the same as what is published. */
  get same(): boolean {
    return this.#check?.ok === true && this.#check.against !== null && this.#check.changes.length === 0;
  }
  get publishable(): boolean {
    return this.#check?.ok === true && this.#check.refused === null && !this.same;
  }

  write(text: string): void {
    this.#text = text;
    this.#check = null;
    this.#preview = null;
    this.#turn++;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), PAUSE_MS);
  }

  /** Checks the text as it stands. */
  look(): Promise<void> {
    return this.#ask('check', async () => {
      const turn = this.#turn;
      const found = await this.#server.check(this.#text);
      if (turn === this.#turn) this.#check = found;
    });
  }

  /** Folds the last 24 hours under the draft, piece by piece, until everybody was looked at, the draft changes, or somebody has seen enough. */
  replay(): Promise<void> {
    return this.#ask('preview', async () => {
      const turn = this.#turn;
      this.#enough = false;
      let from: PreviewPlace | null = null;
      do {
        const { preview, next }: PreviewPiece = await this.#server.preview(this.#text, from);
        if (turn !== this.#turn) return;
        this.#preview = this.#preview === null || from === null ? preview : joinPreviews(this.#preview, preview);
        from = next;
      } while (from !== null && !this.#enough);
      if (from === null) this.#preview = whole(this.#preview);
    });
  }

  /** What was looked at so far is enough. */
  settle(): void {
    this.#enough = true;
  }

  /** @returns what was published; null where it was not */
  async publish(): Promise<{ readonly journey: string; readonly version: number } | null> {
    let done: { readonly journey: string; readonly version: number } | null = null;
    await this.#ask('publish', async () => {
      const text = this.#text;
      done = await this.#server.publish(text);
      this.#kept = text;
    });
    return done;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#enough = true;
  }

  async #ask(what: 'check' | 'preview' | 'publish', call: () => Promise<void>): Promise<void> {
    this.#busy = what;
    this.#failed = null;
    try {
      await call();
    } catch (error) {
      this.#failed = failure(error);
    } finally {
      this.#busy = null;
    }
  }
}
