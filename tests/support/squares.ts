import type { HeatCell } from '#lib/contract/views.ts';

/** A square of the heatmap as a page is given it; a test says what matters to it. */
export function squareWith(fields: Partial<HeatCell>): HeatCell {
  return {
    stage: 'deliver',
    column: 'web',
    state: 'value',
    n: 120,
    friction: 43.4,
    mean: 44,
    low: 39,
    high: 48,
    uncertain: false,
    parts: [],
    pull: 0,
    emotion: { known: 40, valence: -0.8, shares: {} },
    load: 0,
    change: 14,
    lastSeen: null,
    expected: null,
    basis: null,
    demand: 1,
    open: 1,
    p: null,
    hush: null,
    note: null,
    ...fields,
  };
}
