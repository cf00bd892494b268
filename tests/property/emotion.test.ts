import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EmotionOrUnknown } from '#lib/contract/index.ts';
import { EMOTIONS } from '#lib/contract/index.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState, encodeState } from '#server/domain/customer/state.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';

const context = { blueprints: blueprintsOf([]) };

function event(n: number, at: number, more: Partial<StoredEvent>): StoredEvent {
  const id = `e${n}`;
  return {
    key: n.toString(16).padStart(24, '0'),
    source: 's',
    id,
    at,
    received: at,
    under: 'a'.repeat(20),
    who: [['customerId', 'c', 'a'.repeat(20)]],
    ...more,
  };
}

const message = (n: number, at: number): StoredEvent =>
  event(n, at, {
    type: 'message.in',
    channel: 'chat',
    text: 'words',
    emotion: { label: 'frustrated', valence: -0.7, confidence: 0.8, scorer: 't', why: [] },
  });

const correction = (n: number, at: number, about: number, emotion: EmotionOrUnknown): StoredEvent =>
  event(n, at, { type: 'emotion.corrected', about: about.toString(16).padStart(24, '0'), attributes: { eventId: `e${about}`, emotion } });

const stateOf = (events: readonly StoredEvent[]) => {
  const state = emptyState();
  foldOnto(state, [...events].sort(compareEvents), context);
  return state;
};

describe('what people say about emotions', () => {
  test('a correction speaks louder than what was inferred; the last one holds, whatever came first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ about: fc.integer({ min: 0, max: 4 }), label: fc.constantFrom(...EMOTIONS, 'unknown' as const) }), {
          maxLength: 8,
        }),
        fc.array(fc.nat(1000), { minLength: 13, maxLength: 13 }),
        (corrections, shuffle) => {
          const texts = [0, 1, 2, 3, 4].map((n) => message(n, 1_700_000_000_000 + n * 1000));
          const said = corrections.map(({ about, label }, i) => correction(100 + i, 1_700_000_100_000 + i * 1000, about, label));
          const all = [...texts, ...said];
          const mixed = all.map((one, i) => [shuffle[i] ?? 0, i, one] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
          const state = stateOf(all);
          expect(encodeState(stateOf(mixed.map(([, , one]) => one)))).toBe(encodeState(state));
          for (const [n, text] of texts.entries()) {
            const last = corrections.findLast(({ about }) => about === n)?.label;
            const evidence = state.evidence.filter(([at]) => at === text.at).map((one) => [one[4], one[5]]);
            if (last === undefined) expect(evidence).toEqual([[EMOTIONS.indexOf('frustrated'), 'text']]);
            else if (last === 'unknown') expect(evidence).toEqual([]);
            else expect(evidence).toEqual([[EMOTIONS.indexOf(last), 'corrected']]);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('what an agent writes has no emotion, and no correction gives it one', () => {
    for (const type of ['message.out', 'note.added', 'gesture.given']) {
      const agents = event(1, 1_700_000_000_000, { type, channel: 'chat', text: 'I am so angry today' });
      const { evidence } = stateOf([agents, correction(2, 1_700_000_001_000, 1, 'frustrated')]);
      expect(evidence).toEqual([]);
    }
  });

  test('a customer who does not want it is not read, for the past either; of several decisions the last in time holds', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('on' as const, 'off' as const), { minLength: 1, maxLength: 5 }), (decisions) => {
        const texts = [0, 1, 2].map((n) => message(n, 1_700_000_000_000 + n * 10_000));
        const survey = event(9, 1_700_000_015_000, { type: 'survey.answered', score: { kind: 'csat', value: 1 } });
        const said = decisions.map((emotion, i) =>
          event(100 + i, 1_700_000_005_000 + i * 2000, { type: 'consent.changed', attributes: { emotion } }),
        );
        const state = stateOf([...texts, survey, ...said]);
        expect(state.noEmotion).toBe(decisions.at(-1) === 'off');
        expect(state.evidence.length).toBe(decisions.at(-1) === 'off' ? 0 : 4);
      }),
    );
  });

  test('with the switch off nothing is derived, from texts or from surveys', () => {
    const state = emptyState();
    const survey = event(9, 1_700_000_015_000, { type: 'survey.answered', score: { kind: 'csat', value: 1 } });
    foldOnto(state, [message(1, 1_700_000_000_000), survey], { ...context, emotion: 'off' });
    expect(state.evidence).toEqual([]);
  });
});
