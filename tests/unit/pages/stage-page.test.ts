import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inputProblemsOf } from '#lib/contract/index.ts';
import { dueRuleSchema, journeySchema, standardTime } from '#lib/contract/journey.ts';
import { speech } from '#lib/messages/say.svelte.ts';
import { projectFile } from '#server/platform/files.ts';
import { placeWords, problemWords } from '../../../src/routes/(console)/journey-editor/problem-words.ts';
import { changeWords } from '../../../src/routes/(console)/journey/[stage]/change-words.ts';

/** The sentences that a part of the check holds: what stands in quotes and has at least three words; what varies in them is written as `x`. */
function sentencesIn(code: string): string[] {
  return [...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)]
    .map(([, single, template]) => single ?? template ?? '')
    .filter((text) => / .* /.test(text) && !text.includes('(') && !text.includes('?'))
    .map((text) =>
      text
        .replaceAll('${before}', '"x" (stage "y")')
        .replaceAll(/\$\{[^}]*\}/g, 'x')
        .replaceAll('\\`', '`'),
    );
}

const STAGE = { id: 'order', touchpoints: ['credit', 'credit.check'] };
const NAMES = { stage: (id: string) => `<${id}>`, touchpoint: (id: string) => `“${id}”` };
const said = (path: string, before: string | null, after: string | null) => changeWords({ path, before, after }, STAGE, NAMES);

describe('what a variant says otherwise', () => {
  it('is said in words, not as the journey file spells it', () => {
    expect(said('stages.order.needs.To be done in one go', 'To be done in one go', null)).toEqual({
      what: 'need, not here',
      here: 'To be done in one go',
      otherwise: null,
    });
    expect(said('stages.order.next.help', null, 'help')).toEqual({ what: 'may follow, only here', here: '<help>', otherwise: null });
    expect(said('stages.order.standard', '10d', '{ working: 5d }')).toEqual({
      what: 'standard time',
      here: '5\u00a0d of working time',
      otherwise: '10\u00a0d',
    });
    expect(said('touchpoints.credit.check.required', 'false', 'true')).toEqual({
      what: '“credit.check”, has to happen',
      here: 'yes',
      otherwise: 'no',
    });
    expect(said('touchpoints.credit.silentAfter', null, '2h')).toEqual({
      what: '“credit”, Silent after',
      here: '2\u00a0h',
      otherwise: 'none',
    });
  });

  it('is left out where it is about another stage', () => {
    expect(said('stages.orders.standard', '1d', '2d')).toBeNull();
    expect(said('touchpoints.other.required', 'false', 'true')).toBeNull();
  });
});

describe('what is wrong with a draft', () => {
  it('is said in the reader’s language; what has no message stays English and says so', () => {
    expect(placeWords('stages.0.standard')).toBe('Stage 1, Standard time:');
    expect(placeWords('touchpoints.3.wait')).toBeNull();
    const wrong = 'is not a standard time such as 6h, 3d or {working: 8h}';
    expect(problemWords(wrong).text).toContain('{working: 8h}');
    speech.choose('de');
    expect(problemWords(wrong)).toEqual({ text: expect.stringContaining('ist keine Sollzeit') as string, english: false });
    expect(problemWords('is strange')).toEqual({ text: 'is strange', english: true });
    speech.choose('en');
  });

  it('is said in German whatever the check may say: each of its sentences has a message, with the names in it', () => {
    speech.choose('de');
    const files = ['server/domain/blueprint/check.ts', 'server/journeys/read.ts', 'src/lib/contract/calendar.ts'];
    const written = files.flatMap((file) => sentencesIn(readFileSync(projectFile(file), 'utf8')));
    expect(written.length).toBeGreaterThan(40);
    expect(written.filter((sentence) => problemWords(sentence).english)).toEqual([]);
    const elsewhere = [
      'never matches: "a" (along the way), further up, takes all of these events already',
      '"call" is promised twice in "order"',
    ];
    expect(elsewhere.filter((sentence) => problemWords(sentence).english)).toEqual([]);
    expect(problemWords('there is no stage "pay"').text).toBe('die Phase „pay“ gibt es nicht');
    expect(problemWords('Version 3 is published already and never changes: set "version: 4".').text).toMatch(
      /^Version 3 ist .*„version: 4“\.$/,
    );
    speech.choose('en');
  });

  it('is said in German also where a value has not the form that the file needs', () => {
    const wrong = {
      ...{ journey: 'a', version: 'x', name: 5, goal: '', window: '1d', segments: 'all', stages: [{ id: 's', phase: 'none', after: 1 }] },
      ...{
        weights: { wait: 2 },
        promiseHalf: { call: 0 },
        touchpoints: [{ id: 't', mot: -1, most: 1.5, match: 'a' }],
        variants: [{ name: 'n'.repeat(201) }],
      },
    };
    const { error } = journeySchema.safeParse(wrong);
    const said = error === undefined ? [] : inputProblemsOf(error).map(({ message }) => message);
    expect(said.length).toBeGreaterThan(15);
    speech.choose('de');
    expect(said.filter((sentence) => problemWords(sentence).english)).toEqual([]);
    expect(problemWords('must be one of buying, using').text).toBe('muss eines von diesen sein: buying, using');
    speech.choose('en');
  });

  it('is a sentence where a standard time or the date of a promise is none', () => {
    expect(standardTime.safeParse('banana').error?.issues.map(({ message }) => problemWords(message).english)).toEqual([false]);
    expect(standardTime.safeParse('banana').error?.issues[0]?.message).toMatch(/^is not a (standard time|duration)/);
    expect(dueRuleSchema.safeParse('tomorrow').error?.issues[0]?.message).toMatch(/^is not a date rule/);
  });
});
