/** A call that came in, as the tabs of one browser tell each other. Names nobody but by the opaque id and the name shown on the page. */
export interface Call {
  /** made up by the tab that was opened for it */
  readonly id: string;
  readonly customer: string;
  /** by what kind of identifier they were found */
  readonly by: string;
  readonly name: string | null;
}

type Said =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'offer'; readonly call: string; readonly tab: string; readonly usedAt: number }
  | { readonly kind: 'take'; readonly call: string; readonly tab: string }
  | { readonly kind: 'taken'; readonly call: string };

/** What tabs talk through: a `BroadcastChannel` fits. */
export interface Line {
  postMessage(said: unknown): void;
  addEventListener(type: 'message', listen: (event: { readonly data: unknown }) => void): void;
  removeEventListener(type: 'message', listen: (event: { readonly data: unknown }) => void): void;
}

/** How long a tab that was opened for a call waits for a first offer, after it for further ones, and for the chosen tab to take it, ms. */
const FIRST_OFFER_MS = 800;
const MORE_OFFERS_MS = 100;
const TAKE_MS = 1000;

/** One tab's end of the line. */
export interface CallTab {
  readonly line: Line;
  /** told from other tabs' ids */
  readonly tab: string;
}

/**
 * Of a tab in which somebody works: offers to answer calls, and answers those it is chosen for.
 * @param usedAt when somebody last worked in this tab, ms; of several tabs the one used last answers
 * @returns how to stop
 */
export function answerCalls({ line, tab }: CallTab, usedAt: () => number, answer: (call: Call) => void): () => void {
  const offered = new Map<string, Call>();
  const listen = ({ data }: { readonly data: unknown }): void => {
    const said = data as Said;
    if (said.kind === 'call') {
      offered.set(said.call.id, said.call);
      line.postMessage({ kind: 'offer', call: said.call.id, tab, usedAt: usedAt() } satisfies Said);
    } else if (said.kind === 'take') {
      const call = offered.get(said.call);
      offered.delete(said.call);
      if (said.tab !== tab || call === undefined) return;
      line.postMessage({ kind: 'taken', call: said.call } satisfies Said);
      answer(call);
    }
  };
  line.addEventListener('message', listen);
  return () => line.removeEventListener('message', listen);
}

/** Of a tab that was opened for a call: hands it to the tab used last. @returns whether one has taken it; false: this tab answers itself */
export async function handOver(line: Line, call: Call, wait: (ms: number) => Promise<void>): Promise<boolean> {
  let best: { readonly tab: string; readonly usedAt: number } | null = null;
  let taken = false;
  let offered = (): void => undefined;
  let told = (): void => undefined;
  const listen = ({ data }: { readonly data: unknown }): void => {
    const said = data as Said;
    if (said.kind === 'offer' && said.call === call.id) {
      if (best === null || said.usedAt > best.usedAt) best = said;
      offered();
    }
    if (said.kind === 'taken' && said.call === call.id) {
      taken = true;
      told();
    }
  };
  line.addEventListener('message', listen);
  try {
    const first = new Promise<void>((resolve) => (offered = resolve));
    line.postMessage({ kind: 'call', call } satisfies Said);
    await Promise.race([first, wait(FIRST_OFFER_MS)]);
    await wait(MORE_OFFERS_MS);
    const chosen = best as { readonly tab: string } | null;
    if (chosen === null) return false;
    const answered = new Promise<void>((resolve) => (told = resolve));
    line.postMessage({ kind: 'take', call: call.id, tab: chosen.tab } satisfies Said);
    await Promise.race([answered, wait(TAKE_MS)]);
    return taken;
  } finally {
    line.removeEventListener('message', listen);
  }
}
