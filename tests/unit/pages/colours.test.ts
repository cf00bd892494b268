import { readFileSync } from 'node:fs';
import { differenceCiede2000, filterDeficiencyDeuter, filterDeficiencyProt, filterDeficiencyTrit, parse, wcagContrast } from 'culori';
import type { Color } from 'culori';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#server/platform/files.ts';

const THEMES = ['light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

/** The tokens as the stylesheet has them: `light-dark(a, b)`, or one colour for both. */
const TOKENS = new Map<string, Readonly<Record<Theme, string>>>();
for (const [, name = '', light = '', dark] of readFileSync(projectFile('src/lib/components/tokens.css'), 'utf8').matchAll(
  /--([\w-]+):\s*(?:light-dark\()?(#[0-9a-f]{3,8})(?:,\s*(#[0-9a-f]{3,8})\))?;/gi,
))
  if (!TOKENS.has(name)) TOKENS.set(name, { light, dark: dark ?? light });

function colour(token: string, theme: Theme): Color {
  const parsed = parse(TOKENS.get(token)?.[theme] ?? '');
  if (parsed === undefined) throw new Error(`there is no colour --${token}`);
  return parsed;
}

const EYES: Readonly<Record<string, (seen: Color) => Color>> = {
  'full colour vision': (seen) => seen,
  protanopia: (seen) => filterDeficiencyProt(1)<Color>(seen),
  deuteranopia: (seen) => filterDeficiencyDeuter(1)<Color>(seen),
  tritanopia: (seen) => filterDeficiencyTrit(1)<Color>(seen),
};
const BINS = [0, 1, 2, 3, 4] as const;
const distance = differenceCiede2000();

describe.each(THEMES)('the colours of friction (%s)', (theme) => {
  it.each(Object.entries(EYES))('are told apart from step to step with %s', (_, seen) => {
    for (const bin of BINS.slice(1)) {
      const [below, here] = [colour(`bin-${bin - 1}`, theme), colour(`bin-${bin}`, theme)].map(seen);
      if (below === undefined || here === undefined) throw new Error('a step is missing');
      expect(distance(below, here), `--bin-${bin - 1} and --bin-${bin}`).toBeGreaterThanOrEqual(12);
    }
  });
  it('carry text that can be read, also the bar and the hatch that are drawn in its colour', () => {
    for (const bin of BINS)
      expect(wcagContrast(colour(`bin-${bin}`, theme), colour(`ink-${bin}`, theme)), `--bin-${bin}`).toBeGreaterThanOrEqual(4.5);
  });
  it('stand out more from the ground the worse it is', () => {
    const contrasts = BINS.map((bin) => wcagContrast(colour(`bin-${bin}`, theme), colour('bg', theme)));
    expect(contrasts).toEqual(contrasts.toSorted((a, b) => a - b));
  });
});

describe.each(THEMES)('words and shapes (%s)', (theme) => {
  it('of text can be read on every ground', () => {
    for (const ground of ['bg', 'surface', 'raised'])
      for (const ink of ['text', 'muted', 'accent', 'breach', 'good', 'watch-ink'])
        expect(wcagContrast(colour(ink, theme), colour(ground, theme)), `--${ink} on --${ground}`).toBeGreaterThanOrEqual(4.5);
  });
  it('that mean something are seen on every ground', () => {
    for (const ground of ['bg', 'surface'])
      for (const shape of ['normal', 'watch', 'breach', 'good', 'edge', 'went'])
        expect(wcagContrast(colour(shape, theme), colour(ground, theme)), `--${shape} on --${ground}`).toBeGreaterThanOrEqual(3);
  });
  it('of a good and a bad feeling, which the strip draws up and down, are told apart by everybody', () => {
    for (const seen of Object.values(EYES))
      expect(distance(seen(colour('good', theme)), seen(colour('breach', theme)))).toBeGreaterThanOrEqual(12);
  });
});

it('a traffic light would not pass', () => {
  const [amber, lime] = ['#fdae61', '#a6d96a']
    .map((hex) => parse(hex))
    .map((seen) => (seen === undefined ? seen : filterDeficiencyDeuter(1)(seen)));
  if (amber === undefined || lime === undefined) throw new Error('these are colours');
  expect(distance(amber, lime)).toBeLessThan(12);
});
