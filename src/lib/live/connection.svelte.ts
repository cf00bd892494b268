import { io, type Socket } from 'socket.io-client';
import type { Beat, ClientEvents, Hint, Patch, PresentNow, ServerEvents, SubscribeAnswer, Subscription } from '#lib/contract/live.ts';
import type { Feed, Follow, Listener } from './feed.ts';
import { retryDelayMs, type Pulse } from './pulse.ts';

interface Following {
  readonly request: Subscription;
  readonly listener: Listener;
  room: string | undefined;
  /** patches that overtook the answer to `subscribe` */
  early: Patch[];
  retry: ReturnType<typeof setTimeout> | undefined;
}

interface Heard {
  readonly beat: Beat;
  readonly receivedMs: number;
}

/** Without a beat for this long the socket is taken for dead, whatever it says. */
const DEAD_AFTER_MS = 15_000;
/** An attempt that has got no further is given up, and another one made: what it was sent into may be a hole that is long closed. */
const CONNECT_WITHIN_MS = 8_000;
const REFUSED_RETRY_MS = 3_000;
/** Over a WebSocket; or, where something on the way lets none through, by requests until one turns out to get through after all. */
const WAYS: Record<'straight' | 'around', ('websocket' | 'polling')[]> = { straight: ['websocket'], around: ['polling', 'websocket'] };
const EARLY_MAX = 500;

/** The one socket of a tab, and its pulse. Made once by the root layout. */
export class LiveConnection implements Feed {
  #socket: Socket<ServerEvents, ClientEvents> | undefined;
  readonly #followings = new Set<Following>();
  readonly #hints = new Set<(hint: Hint) => void>();
  readonly #restarts = new Set<() => void>();
  readonly #presences = new Set<(now: PresentNow, self: string) => void>();
  #connected = $state(false);
  #clockMs = $state(0);
  #startedMs: number | undefined;
  #beat = $state.raw<Heard | null>(null);
  /** the last beat that said the server reaches its store */
  #ready = $state.raw<Heard | null>(null);
  #retryAtMs = $state<number | null>(null);
  /** when the socket last gave a sign of life: it opened, or a beat came */
  #aliveMs = 0;
  #attempt = 0;
  /** the one that led there last; after an attempt in vain, the other */
  #way: keyof typeof WAYS = 'straight';
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  /** Connects; returns how to stop. Browser only. */
  start(): () => void {
    this.#clockMs = performance.now();
    this.#startedMs = this.#clockMs;
    const clock = setInterval(() => this.#tick(), 250);
    const socket: Socket<ServerEvents, ClientEvents> = io({ transports: WAYS.straight, reconnection: false, timeout: CONNECT_WITHIN_MS });
    this.#socket = socket;
    socket.on('connect', () => this.#up());
    socket.on('disconnect', () => this.#down());
    socket.on('connect_error', () => {
      this.#way = this.#way === 'straight' ? 'around' : 'straight';
      this.#down();
    });
    socket.on('beat', (beat) => this.#heard(beat));
    socket.on('patch', (patch) => this.#deliver(patch));
    socket.on('ended', (room) => this.#ended(room));
    socket.on('hint', (hint) => this.#hints.forEach((listen) => listen(hint)));
    socket.on('present', (now) => this.#presences.forEach((listen) => listen(now, socket.id ?? '')));
    const online = () => this.#connect();
    window.addEventListener('online', online);
    return () => {
      clearInterval(clock);
      clearTimeout(this.#retryTimer);
      window.removeEventListener('online', online);
      socket.removeAllListeners();
      socket.disconnect();
      this.#socket = undefined;
    };
  }

  /** The state of the connection now; changes at least four times a second. */
  get pulse(): Pulse {
    const ready = this.#ready;
    const now = this.#clockMs;
    return {
      sinceStartMs: this.#startedMs === undefined ? null : now - this.#startedMs,
      connected: this.#connected,
      beatAgeMs: ready ? Math.max(0, now - ready.receivedMs) : null,
      asOf: ready?.beat.at ?? null,
      lagMs: this.#beat?.beat.lagMs ?? 0,
      full: this.#beat?.beat.full ?? false,
      retryInMs: this.#retryAtMs === null ? null : Math.max(0, this.#retryAtMs - now),
    };
  }

  /** The server's clock, ms since 1970, running on between beats; `fallback` before the first. */
  serverNow(fallback: number): number {
    const last = this.#beat;
    return last ? last.beat.at + Math.max(0, this.#clockMs - last.receivedMs) : fallback;
  }

  follow(request: Subscription, listener: Listener): Follow {
    const following: Following = { request, listener, room: undefined, early: [], retry: undefined };
    this.#followings.add(following);
    if (this.#connected) this.#subscribe(following);
    return {
      again: () => this.#subscribe(following),
      stop: () => this.#unfollow(following),
    };
  }

  /** Told whenever an open customer has changed. Returns how to stop. */
  onHint(listen: (hint: Hint) => void): () => void {
    this.#hints.add(listen);
    return () => this.#hints.delete(listen);
  }

  /** Told who looks at an open customer, whenever that changes, and which of them is this tab. Returns how to stop. */
  onPresent(listen: (now: PresentNow, self: string) => void): () => void {
    this.#presences.add(listen);
    return () => this.#presences.delete(listen);
  }

  /** Told whenever another process answers than before: it may run a newer build. Returns how to stop. */
  onRestart(listen: () => void): () => void {
    this.#restarts.add(listen);
    return () => this.#restarts.delete(listen);
  }

  /** Says under which name this tab is shown to others from now on; a new connection takes it from the cookie. */
  introduce(name: string): void {
    this.#socket?.emit('introduce', name);
  }

  #heard(beat: Beat): void {
    const before = this.#beat?.beat.epoch;
    this.#aliveMs = performance.now();
    this.#beat = { beat, receivedMs: this.#aliveMs };
    if (before !== undefined && before !== beat.epoch) this.#restarts.forEach((listen) => listen());
    if (beat.ready) this.#ready = this.#beat;
  }

  #tick(): void {
    this.#clockMs = performance.now();
    if (this.#connected && this.#clockMs - this.#aliveMs > DEAD_AFTER_MS) this.#socket?.disconnect();
  }

  #up(): void {
    this.#connected = true;
    this.#aliveMs = performance.now();
    this.#attempt = 0;
    this.#retryAtMs = null;
    for (const following of this.#followings) this.#subscribe(following);
  }

  #down(): void {
    this.#connected = false;
    for (const following of this.#followings) following.listener.lost();
    const delay = retryDelayMs(this.#attempt++, Math.random());
    this.#retryAtMs = performance.now() + delay;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), delay);
  }

  #connect(): void {
    if (!this.#socket || this.#connected) return;
    clearTimeout(this.#retryTimer);
    this.#socket.io.opts.transports = WAYS[this.#way];
    this.#socket.connect();
  }

  #subscribe(following: Following): void {
    if (!this.#socket || !this.#connected) return;
    clearTimeout(following.retry);
    following.room = undefined;
    following.early = [];
    const socket = this.#socket;
    socket.emit('subscribe', following.request, (answer) => {
      if (this.#followings.has(following)) this.#answered(following, answer);
      // Stopped while the answer was under way; somebody else may meanwhile follow the same.
      else if (answer.ok && !this.#isFollowed(following.request)) socket.emit('unsubscribe', answer.room);
    });
  }

  #answered(following: Following, answer: SubscribeAnswer): void {
    if (!answer.ok) {
      following.listener.refused(answer.code, answer.message);
      following.retry = setTimeout(() => this.#subscribe(following), REFUSED_RETRY_MS);
      return;
    }
    following.room = answer.room;
    following.listener.snapshot(answer);
    const early = following.early;
    following.early = [];
    for (const patch of early) if (patch.room === answer.room && patch.epoch === answer.epoch) following.listener.patch(patch);
  }

  #deliver(patch: Patch): void {
    for (const following of this.#followings) {
      if (following.room === patch.room) following.listener.patch(patch);
      else if (following.room === undefined && following.early.length < EARLY_MAX) following.early.push(patch);
    }
  }

  #ended(room: string): void {
    for (const following of [...this.#followings].filter((one) => one.room === room)) {
      following.listener.lost();
      this.#subscribe(following);
    }
  }

  #unfollow(following: Following): void {
    clearTimeout(following.retry);
    this.#followings.delete(following);
    if (this.#connected && following.room !== undefined && !this.#isFollowed(following.request))
      this.#socket?.emit('unsubscribe', following.room);
  }

  #isFollowed(request: Subscription): boolean {
    const wanted = JSON.stringify(request);
    return [...this.#followings].some((other) => JSON.stringify(other.request) === wanted);
  }
}
