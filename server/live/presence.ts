import type { Present } from '#lib/contract/index.ts';

/** Who looks at the same customer now, by connection. Names are self-given; nothing is kept once a connection is gone. */
export class Presence {
  readonly #rooms = new Map<string, Map<string, string>>();

  /** @returns whether somebody new came */
  enter(room: string, who: Present): boolean {
    let there = this.#rooms.get(room);
    if (there === undefined) this.#rooms.set(room, (there = new Map<string, string>()));
    const known = there.get(who.id);
    there.set(who.id, who.name);
    return known !== who.name;
  }

  /** @returns whether anybody left */
  leave(room: string, id: string): boolean {
    const there = this.#rooms.get(room);
    if (there?.delete(id) !== true) return false;
    if (there.size === 0) this.#rooms.delete(room);
    return true;
  }

  /** Rooms in which a connection is. */
  roomsOf(id: string): readonly string[] {
    return [...this.#rooms].flatMap(([room, there]) => (there.has(id) ? [room] : []));
  }

  in(room: string): readonly Present[] {
    return [...(this.#rooms.get(room) ?? [])].map(([id, name]) => ({ id, name }));
  }
}
