/** An answer that is asked for again now and then, for what changes too slowly, or with too many others, to be pushed. */
export class Asked<Request, Answer> {
  readonly #ask: (request: Request) => Promise<Answer>;
  readonly #everyMs: number;
  #followed: Request | null = null;
  #known: Answer | null = null;
  #answer = $state.raw<Answer | null>(null);

  constructor(ask: (request: Request) => Promise<Answer>, everyMs: number) {
    this.#ask = ask;
    this.#everyMs = everyMs;
  }

  /** null: nothing was answered yet */
  get answer(): Answer | null {
    return this.#answer;
  }

  /**
   * Asks now, and while it is `live` again and again. To be called from an effect: what it returns stops it.
   * @param known the answer that came with the page: it stands in for asking now, once
   */
  follow(request: Request, live: boolean, known: Answer | null = null): () => void {
    this.#followed = request;
    if (known === null || known === this.#known) void this.#look(request);
    else this.#answer = this.#known = known;
    const timer = live ? setInterval(() => void this.#look(request), this.#everyMs) : undefined;
    return () => clearInterval(timer);
  }

  async #look(request: Request): Promise<void> {
    try {
      const answer = await this.#ask(request);
      if (request === this.#followed) this.#answer = answer;
    } catch {
      // The live chip says that the server does not answer; the next look asks again.
    }
  }
}
