import { describe, expect, it } from 'vitest';
import { answerCalls, handOver } from '#lib/live/calls.ts';
import type { Call, Line } from '#lib/live/calls.ts';

const CALL: Call = { id: 'call', customer: 'a'.repeat(20), by: 'phone', name: 'Ada' };
/** Lets everything that was said be heard, instead of waiting. */
const heard = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Tabs that hear one another at once, and not themselves, as on a broadcast channel. */
function street(): () => Line {
  const ends: Set<(event: { readonly data: unknown }) => void>[] = [];
  return () => {
    const mine = new Set<(event: { readonly data: unknown }) => void>();
    ends.push(mine);
    return {
      postMessage: (data) => {
        for (const end of ends) if (end !== mine) for (const listen of end) listen({ data });
      },
      addEventListener: (_, listen) => mine.add(listen),
      removeEventListener: (_, listen) => mine.delete(listen),
    };
  };
}

describe('a call among the tabs of one browser', () => {
  it('is answered by the one used last, and by nobody else', async () => {
    const line = street();
    const answered: string[] = [];
    for (const [tab, usedAt] of Object.entries({ idle: 1, last: 9, other: 5 }))
      answerCalls(
        { line: line(), tab },
        () => usedAt,
        ({ name }) => answered.push(`${tab}: ${name ?? ''}`),
      );
    expect(await handOver(line(), CALL, heard)).toBe(true);
    expect(answered).toEqual(['last: Ada']);
  });

  it('is not handed over where there is no other tab, or only one that has stopped', async () => {
    const line = street();
    expect(await handOver(line(), CALL, heard)).toBe(false);
    answerCalls(
      { line: line(), tab: 'gone' },
      () => 1,
      () => undefined,
    )();
    expect(await handOver(line(), CALL, heard)).toBe(false);
  });

  it('stays where it was opened when the tab that offered to take it does not', async () => {
    const line = street();
    const frozen = line();
    frozen.addEventListener('message', ({ data }) => {
      if ((data as { kind: string }).kind === 'call') frozen.postMessage({ kind: 'offer', call: CALL.id, tab: 'frozen', usedAt: 1 });
    });
    expect(await handOver(line(), CALL, heard)).toBe(false);
  });
});
