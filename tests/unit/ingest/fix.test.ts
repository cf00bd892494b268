import { expect, it } from 'vitest';
import { applyRule } from '#server/ingest/fix.ts';
import type { FixStep } from '#lib/contract/index.ts';

const fixed = (value: unknown, ...steps: FixStep[]): unknown => applyRule({ steps }, value);

it('a step reaches into lists by the path that the reason of a refusal names', () => {
  const sent = { signals: [{ kind: 'wait' }, { kind: 'waiting', value: '4,5' }] };
  expect(
    fixed(sent, { do: 'map', path: 'signals.1.kind', values: { waiting: 'wait' } }, { do: 'number', path: 'signals.1.value' }),
  ).toEqual({
    signals: [{ kind: 'wait' }, { kind: 'wait', value: 4.5 }],
  });
  expect(fixed(sent, { do: 'remove', path: 'signals.1' })).toEqual({ signals: [{ kind: 'wait' }] });
  expect(fixed(sent, { do: 'rename', from: 'signals.1.value', to: 'attributes.waited' })).toEqual({
    signals: [{ kind: 'wait' }, { kind: 'waiting' }],
    attributes: { waited: '4,5' },
  });
});

it('a step that names a place which a list has not does nothing', () => {
  const sent = { signals: [{ kind: 'wait' }] };
  for (const path of ['signals.1', 'signals.1.kind', 'signals.length', 'signals.-1', 'signals.push'])
    expect(fixed(sent, { do: 'set', path, value: 0 }, { do: 'remove', path }), path).toEqual(sent);
});
