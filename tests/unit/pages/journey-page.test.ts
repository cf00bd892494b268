import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { journeyParamsOf, readJourneyAddress } from '../../../src/routes/(console)/journey/params.ts';
import { offsetOfLine, stagesOf, withStageField, withVersion } from '../../../src/routes/(console)/journey-editor/draft-text.ts';
import { listTitle, nounOf, variantName } from '../../../src/routes/(console)/journey/journey-words.ts';
import { speech } from '#lib/messages/say.svelte.ts';
import { readJourney } from '#server/journeys/read.ts';
import { projectFile } from '#server/platform/files.ts';
import { TEST_JOURNEY } from '../../support/world.ts';

const address = (query: string) => readJourneyAddress((name) => new URLSearchParams(query).get(name));

describe('the address of the journey page', () => {
  it('says window, version, variant and instant; what it does not know it leaves out', () => {
    expect(journeyParamsOf(address('w=24h&v=2&variant=gold&mot=1&path=buying'), 'test')).toEqual({
      journey: 'test',
      window: '24h',
      version: 2,
      variant: 'gold',
    });
    expect(journeyParamsOf(address('w=1y&v=two'), 'test')).toEqual({ journey: 'test', window: '7d' });
  });
});

describe('the heading of a list', () => {
  const names = { stage: (id: string) => id, touchpoint: (id: string) => id, variant: (id: string) => variantName({ variants: [] }, id) };
  const title = (variant: string) => listTitle(`way?journey=test&what=visited&stage=order${variant}`, names);

  it('says of which variant it is; the cases of none are called so in the reader’s language', () => {
    expect([title(''), title('&variant=base')]).toEqual(['Have been in: order', 'Have been in: order · Everybody else']);
    speech.choose('de');
    expect(title('&variant=base')).toBe('Waren hier: order · Alle anderen');
    speech.choose('en');
  });
});

describe('a row of a list', () => {
  it.each([
    ['heat?stage=order', 'visit'],
    ['promise?what=made', 'promise'],
    ['way?what=deviations&stage=order', 'deviation'],
    ['way?what=tooOften&touchpoint=web.look', 'deviation'],
    ['way?what=deviating', 'case'],
    ['now?what=stuck', 'case'],
  ])('has the name of what it is: %s', (list, noun) => {
    expect(nounOf(list)).toBe(noun);
  });
});

describe('a draft', () => {
  it('begins under the next version, whether the text names one or not', () => {
    expect(withVersion('journey: a\nversion: 1\nname: x\n', 4)).toBe('journey: a\nversion: 4\nname: x\n');
    expect(withVersion('# about\njourney: a\nname: x\n', 2)).toBe('# about\njourney: a\nversion: 2\nname: x\n');
  });

  it('is changed by the form without losing comments, and stays a journey', () => {
    const text = `# why it is so\n${TEST_JOURNEY}`;
    const [look] = stagesOf(parseDocument(text));
    expect(look).toMatchObject({ id: 'look', customer: 'Looking', internal: 'Look', standard: '6h', owner: '', needs: '' });
    const owned = withStageField(text, 0, 'owner', 'Marketing');
    const changed = withStageField(owned, 0, 'needs', 'A price\n\nSomebody to ask');
    expect(changed).toContain('# why it is so');
    const reading = readJourney(changed);
    expect(reading.ok && reading.value.stages[0]).toMatchObject({ owner: 'Marketing', needs: ['A price', 'Somebody to ask'] });
    const without = readJourney(withStageField(changed, 0, 'standard', ' '));
    expect(without.ok && without.value.stages[0]?.standard).toBeUndefined();
  });

  it('stays to the letter where the form changes nothing: the shipped file is spaced in its own way', () => {
    const text = readFileSync(projectFile('server/journeys/broadband.yaml'), 'utf8');
    const place = stagesOf(parseDocument(text)).findIndex(({ id }) => id === 'deliver');
    const changed = withStageField(text, place, 'standard', '2d').split('\n');
    expect(text.split('\n').flatMap((line, i) => (line === changed[i] ? [] : [[line, changed[i]]]))).toEqual([
      ['    standard: 3d', '    standard: 2d'],
    ]);
    const without = withStageField(text, place, 'standard', '');
    expect(without).toBe(text.replace(/(- id: deliver\n(?: {4}.*\n)*?) {4}standard: 3d\n/, '$1'));
  });

  it('shows a standard of working time in the form, and takes one written there', () => {
    const text = TEST_JOURNEY.replace('standard: 6h', 'standard: {working: 6h}');
    expect(stagesOf(parseDocument(text))[0]?.standard).toBe('{working: 6h}');
    const changed = withStageField(text, 0, 'standard', '{ working: 90m }');
    expect(parseDocument(changed).toJS()).toMatchObject({ stages: [{ standard: { working: '90m' } }, {}, {}, {}, {}] });
    expect(stagesOf(parseDocument(changed))[0]?.standard).toBe('{working: 90m}');
  });

  it('finds the line of a problem', () => {
    expect([1, 2, 3, 9].map((line) => offsetOfLine('ab\nc\n', line))).toEqual([0, 3, 5, 5]);
  });
});
