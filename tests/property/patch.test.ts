import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyPatch } from '#lib/live/patch.ts';
import { diffView } from '#server/live/patch.ts';

const scalar = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(null, Number.NaN, Infinity, 0.5, 'a', '', true));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.option(tie('any'), { nil: undefined })),
  ),
})).any;
const entries = fc.dictionary(
  fc.constantFrom('k', 'l', 'm'),
  value.filter((entry) => JSON.stringify(entry) !== 'null'),
);
const view = fc.record({ position: fc.integer(), cells: entries, groups: entries, total: value, rows: fc.array(value, { maxLength: 4 }) });

const sent = (what: unknown): unknown => JSON.parse(JSON.stringify(what)) as unknown;
const wired = (what: object): object => sent(what) as object;

test('a page that puts a patch onto the view it has, shows the view the patch was made from; nothing is sent where nothing changed', () => {
  fc.assert(
    fc.property(view, view, (before, after) => {
      const patch = diffView(before, after);
      const { position: _was, ...rest } = sent(before) as Record<string, unknown>;
      const { position: _is, ...next } = sent(after) as Record<string, unknown>;
      if (patch === null) expect(rest).toEqual(next);
      else expect(applyPatch(wired(before), wired(patch) as typeof patch)).toEqual(sent(after));
      expect(diffView(before, sent(before) as typeof before)).toBeNull();
    }),
    { numRuns: 300 },
  );
});
