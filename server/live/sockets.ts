import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { randomBytes } from 'node:crypto';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { Fault, inputProblemsOf, inputWords, subscription } from '#lib/contract/index.ts';
import type { Beat, ClientEvents, Present, ServerEvents, SubscribeAnswer, Subscription } from '#lib/contract/index.ts';
import type { FunnelDesk } from '#server/api/funnel-desk.ts';
import type { Reader } from '#server/api/reader.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Presence } from './presence.ts';
import { pauseOf } from './pace.ts';
import { roomName } from './room-names.ts';
import { diffView } from './patch.ts';
import { steadied } from './steady.ts';

/** Where the pages' live connections are opened. */
export const SOCKET_PATH = '/socket.io/';
/** How often a room may speak. The first change goes out at once. */
const TICK_MS: Readonly<Record<Subscription['view'], number>> = {
  funnel: 200,
  saved: 200,
  heat: 200,
  hotspots: 1000,
  promises: 200,
  journey: 500,
  wall: 1000,
  queue: 1000,
  customer: 0,
};
/** A past minute changes only by what comes late. */
const PAST_TICK_MS = 5000;
/** Weight of the latest computation in what a room is taken to cost: one that the system interrupted must not silence everybody. */
const COST_WEIGHT = 0.2;
/** Views computed at a stretch before doors and pages get their turn, ms. */
const BREATH_MS = 8;
const BEAT_MS = 1000;
/** A page that does not read is cut off before it fills the memory. */
const MOST_BUFFERED = 1_000_000;
const MOST_WAITING = 256;
const MOST_ROOMS = 20;
/** Messages a page may send: this many at once, and one more every so often. */
const BURST = 40;
const REFILL_MS = 100;

type Json = Readonly<Record<string, unknown>>;
interface PageData {
  tokens: number;
  refilledAt: number;
  /** self-given */
  name: string;
}
type PageSocket = Socket<ClientEvents, ServerEvents, Record<string, never>, PageData>;

/** One view that pages follow: its last state, and when it may speak again. */
interface Room {
  readonly name: string;
  readonly request: Subscription;
  seq: number;
  last: Json;
  changes: number;
  spokeAt: number;
  /** how long it keeps silent after that, ms */
  rests: number;
  followers: number;
  /** what one computation takes, ms, smoothed */
  cost: number;
}

export interface SocketOptions {
  readonly http: HttpServer;
  readonly presence: Presence;
  readonly reader: Reader;
  readonly funnels: FunnelDesk;
  readonly clock: Clock;
  readonly log: Log;
  /** grows whenever a view may have changed */
  readonly changes: () => number;
  readonly beat: () => Omit<Beat, 'epoch'>;
  /** whether a handshake comes from our own pages and from somebody who may read */
  readonly allow: (request: IncomingMessage) => boolean;
  /** the name somebody gives themselves, in the handshake or later */
  readonly nameOf: (request: IncomingMessage, given?: string) => string;
}

/** Serves the pages' live connections: snapshot with the subscription, then numbered patches, and a heartbeat. */
export class Sockets {
  readonly #o: SocketOptions;
  readonly #io: Server<ClientEvents, ServerEvents, Record<string, never>, PageData>;
  readonly #epoch = randomBytes(6).toString('hex');
  readonly #rooms = new Map<string, Room>();
  readonly #timers: NodeJS.Timeout[] = [];
  #due: NodeJS.Timeout | undefined;
  /** rooms of customers: while there are none, nobody needs a hint */
  #openCustomers = 0;
  /** what it takes to compute every room once, ms */
  #cost = 0;

  constructor(options: SocketOptions) {
    this.#o = options;
    this.#io = new Server(options.http, {
      path: SOCKET_PATH,
      serveClient: false,
      // Whoever sits behind something that lets no WebSocket through follows by requests.
      transports: ['websocket', 'polling'],
      destroyUpgrade: false,
      maxHttpBufferSize: 16_384,
      connectTimeout: 5000,
      pingInterval: 10_000,
      pingTimeout: 10_000,
      perMessageDeflate: false,
      allowRequest: (request, answer) => answer(null, options.allow(request)),
    });
    this.#io.on('connection', (socket) => this.#connected(socket));
    this.#timers.push(setInterval(() => this.#beat(), BEAT_MS));
  }

  /** Says that views may have changed. */
  changed(): void {
    this.#speak();
  }

  /** Says whose events changed, to those who have them open. */
  hint(customers: readonly string[]): void {
    if (this.#openCustomers === 0) return;
    const at = this.#o.clock();
    for (const customer of customers) {
      const name = roomName({ view: 'customer', params: { customer } });
      if (this.#rooms.has(name)) this.#io.to(name).emit('hint', { customer, at });
    }
  }

  /** Shows people who looks at the same customer. */
  showPresent(customer: string, people: readonly Present[]): void {
    this.#io.to(roomName({ view: 'customer', params: { customer } })).emit('present', { customer, people });
  }

  /** Open connections. */
  get connections(): number {
    return this.#io.engine.clientsCount;
  }

  /** Views that are followed, by kind. */
  get rooms(): ReadonlyMap<Subscription['view'], number> {
    const rooms = new Map<Subscription['view'], number>();
    for (const { request } of this.#rooms.values()) rooms.set(request.view, (rooms.get(request.view) ?? 0) + 1);
    return rooms;
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#due);
    this.#io.disconnectSockets(true);
    this.#io.engine.close();
  }

  #connected(socket: PageSocket): void {
    socket.data.tokens = BURST;
    socket.data.refilledAt = this.#o.clock();
    socket.data.name = this.#o.nameOf(socket.request);
    socket.on('subscribe', (request, answer) => {
      if (typeof answer !== 'function') return;
      answer(
        this.#taken(socket) ? this.#subscribe(socket, request) : { ok: false, code: 'too_many', message: 'Too many requests at once.' },
      );
    });
    socket.on('unsubscribe', (room) => {
      if (typeof room === 'string' && socket.rooms.has(room)) this.#leave(socket, room);
    });
    socket.on('introduce', (name) => {
      if (typeof name !== 'string' || !this.#taken(socket)) return;
      socket.data.name = this.#o.nameOf(socket.request, name);
      for (const customer of this.#o.presence.customersOf(socket.id)) this.#come(socket, customer);
    });
    socket.on('disconnecting', () => {
      for (const room of socket.rooms) this.#leave(socket, room);
    });
    socket.emit('beat', { ...this.#o.beat(), epoch: this.#epoch });
  }

  /** A token bucket per page: a page that shouts is not heard. */
  #taken(socket: PageSocket): boolean {
    const now = this.#o.clock();
    const refill = Math.floor((now - socket.data.refilledAt) / REFILL_MS);
    if (refill < 0) socket.data.refilledAt = now;
    if (refill > 0) {
      socket.data.tokens = Math.min(BURST, socket.data.tokens + refill);
      socket.data.refilledAt = now;
    }
    if (socket.data.tokens <= 0) return false;
    socket.data.tokens--;
    return true;
  }

  #subscribe(socket: PageSocket, raw: unknown): SubscribeAnswer {
    const parsed = subscription.safeParse(raw);
    if (!parsed.success) return { ok: false, code: 'bad_request', message: inputWords(inputProblemsOf(parsed.error)) };
    if (socket.rooms.size > MOST_ROOMS) return { ok: false, code: 'too_many', message: `One page can follow ${MOST_ROOMS} things.` };
    const name = roomName(parsed.data);
    try {
      const room = this.#rooms.get(name) ?? this.#open(name, parsed.data);
      // Whoever comes gets what everybody else has: the state after the last patch, so that the next one fits.
      if (!socket.rooms.has(name)) {
        void socket.join(name);
        room.followers++;
      }
      if (parsed.data.view === 'customer') this.#come(socket, parsed.data.params.customer);
      return { ok: true, room: name, epoch: this.#epoch, seq: room.seq, at: this.#o.clock(), data: room.last };
    } catch (error) {
      if (error instanceof Fault) return { ok: false, code: error.code, message: error.message };
      this.#o.log.error({ err: error }, 'a view could not be computed');
      return { ok: false, code: 'internal', message: 'This view could not be computed.' };
    }
  }

  #open(name: string, request: Subscription): Room {
    const last = this.#compute(request);
    // The first computation reads what the later ones keep up to date: it says nothing about what they cost.
    const room: Room = { name, request, seq: 0, last, changes: this.#o.changes(), spokeAt: 0, rests: 0, followers: 0, cost: 0 };
    this.#rooms.set(name, room);
    if (request.view === 'customer') this.#openCustomers++;
    return room;
  }

  /** Shows somebody to those who look at the same customer, and those to them. */
  #come(socket: PageSocket, customer: string): void {
    this.#o.presence.enter(customer, { id: socket.id, name: socket.data.name });
  }

  #leave(socket: PageSocket, name: string): void {
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    void socket.leave(name);
    if (room.request.view === 'customer') this.#o.presence.leave(room.request.params.customer, socket.id);
    if (--room.followers === 0) this.#close(room);
  }

  #close(room: Room): void {
    this.#rooms.delete(room.name);
    this.#cost = this.#rooms.size === 0 ? 0 : this.#cost - room.cost;
    if (room.request.view === 'customer') this.#openCustomers--;
  }

  /** What the room shows is no more, such as a funnel that was removed: nobody goes on looking at its last numbers as if they were live. */
  #end(room: Room): void {
    this.#io.to(room.name).emit('ended', room.name);
    this.#io.to(room.name).socketsLeave(room.name);
    this.#close(room);
  }

  #compute(request: Subscription): Json {
    const { reader } = this.#o;
    switch (request.view) {
      case 'funnel':
        return { ...reader.funnel(request.params) };
      case 'saved':
        return { ...this.#o.funnels.get(request.params) };
      case 'heat':
        return { ...reader.heat(request.params) };
      case 'hotspots':
        return { ...reader.hotspotsNow(request.params) };
      case 'journey':
        return { ...reader.journey(request.params) };
      case 'wall':
        return { ...reader.wall(request.params) };
      case 'promises':
        return { ...reader.promises(request.params) };
      case 'queue':
        return { changes: this.#o.changes() };
      case 'customer':
        return {};
    }
  }

  /** Lets every room speak that has something new and may. */
  #speak(): void {
    const changes = this.#o.changes();
    const begun = performance.now();
    let next = Infinity;
    for (const room of this.#rooms.values()) {
      if (room.changes === changes || room.request.view === 'customer') continue;
      const now = this.#o.clock();
      // A machine's clock may be put back: no room is silent until it has caught up.
      const waits = now < room.spokeAt ? 0 : room.spokeAt + room.rests - now;
      if (waits > 0) next = Math.min(next, now + waits);
      else if (performance.now() - begun > BREATH_MS) next = now;
      else this.#tell(room, changes);
    }
    clearTimeout(this.#due);
    this.#due = next === Infinity ? undefined : setTimeout(() => this.#speak(), Math.max(1, next - this.#o.clock()));
  }

  #tell(room: Room, changes: number): void {
    const at = this.#o.clock();
    const begun = performance.now();
    try {
      const computed = this.#compute(room.request);
      const view = room.request.view === 'heat' ? steadied(room.last, computed) : computed;
      const patch = diffView(room.last, view);
      room.changes = changes;
      if (patch !== null) {
        room.last = view;
        room.seq++;
        this.#io.to(room.name).emit('patch', { room: room.name, epoch: this.#epoch, seq: room.seq, at: this.#o.clock(), ...patch });
      }
    } catch (error) {
      if (error instanceof Fault && error.code === 'not_found') return this.#end(room);
      this.#o.log.error({ err: error, room: room.request.view }, 'a view could not be computed');
    }
    const change = COST_WEIGHT * (performance.now() - begun - room.cost);
    room.cost += change;
    this.#cost += change;
    room.spokeAt = at;
    room.rests = pauseOf({ tickMs: tickOf(room.request, at), costMs: this.#cost, lagMs: this.#o.beat().lagMs });
  }

  #beat(): void {
    this.#io.volatile.emit('beat', { ...this.#o.beat(), epoch: this.#epoch });
    this.#speak();
    for (const socket of this.#io.sockets.sockets.values()) {
      // Not part of the package's types: how much the connection still holds for a reader that does not read.
      const held = socket.conn as unknown as {
        readonly writeBuffer?: readonly unknown[];
        readonly transport: { readonly socket?: { readonly bufferedAmount?: number } };
      };
      if ((held.transport.socket?.bufferedAmount ?? 0) > MOST_BUFFERED || (held.writeBuffer?.length ?? 0) > MOST_WAITING)
        socket.conn.close(true);
    }
  }
}

function tickOf({ view, params }: Subscription, now: number): number {
  return 'to' in params && params.to !== undefined && params.to < now ? PAST_TICK_MS : TICK_MS[view];
}
