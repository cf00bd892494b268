import type { SystemStatus } from '#lib/contract/views.ts';

const LOADING_MS = 1_500;
const USUAL_MS = 15_000;

/** The system's status, asked for often while the demo history loads and seldom afterwards. */
export class StatusWatch {
  #status: SystemStatus;

  constructor(initial: SystemStatus) {
    this.#status = $state.raw(initial);
  }

  get status(): SystemStatus {
    return this.#status;
  }
  /** Demo history: 0..1 while it loads; null otherwise. */
  get loading(): number | null {
    const demo = this.#status.demo;
    return demo?.on && demo.total > 0 && demo.loaded < demo.total ? demo.loaded / demo.total : null;
  }

  /** Keeps asking; returns how to stop. A failed question changes nothing: the live chip tells. */
  start(fetchStatus: () => Promise<SystemStatus>): () => void {
    let timer: ReturnType<typeof setTimeout>;
    let stopped = false;
    const again = () => {
      if (!stopped) timer = setTimeout(() => void look(), this.loading !== null || this.#status.projected === 0 ? LOADING_MS : USUAL_MS);
    };
    const look = async () => {
      try {
        this.#status = await fetchStatus();
      } catch {
        // The chip already shows that the server does not answer.
      }
      again();
    };
    again();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }
}
