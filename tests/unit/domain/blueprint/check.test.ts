import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compilePublished, parseJourney } from '#server/journeys/load.ts';
import { readJourney } from '#server/journeys/read.ts';

const GOOD = `journey: shop
name: {customer: Getting it, internal: Shop}
goal: It is here
window: 20d
zone: Europe/Berlin
segments: [consumer, business]
calendars:
  office: {hours: {mon-fri: 09:00-17:00}}
owners:
  - {name: Sales}
  - {name: Logistics, calendar: office}
stages:
  - {id: order, name: {customer: Ordering, internal: Order}, standard: 2d}
  - {id: deliver, name: {customer: Waiting, internal: Deliver}, owner: Logistics, standard: {working: 8h}}
touchpoints:
  - {id: order, name: Order, stage: order, owner: Sales, channel: web, match: [{type: order.placed}]}
  - {id: parcel, name: Parcel, stage: deliver, owner: Logistics, channel: partner, exclusive: way, match: [{type: 'delivery.*'}]}
  - {id: pick-up, name: Pick-up, stage: deliver, owner: Sales, channel: store, exclusive: way, match: [{type: order.collected}]}
promises:
  - {kind: delivery, stage: deliver, wording: Soon, owner: Logistics, due: {workingDays: 1, by: '18:00'}}
variants:
  - {id: firms, name: Firms, segments: [business], stages: {deliver: {standard: 1h}}}
`;

/** Everything that is wrong after a change to a good journey, as `line field message`. */
function after(from: string, to: string): string[] {
  expect(GOOD, 'the text to change').toContain(from);
  const reading = readJourney(GOOD.replace(from, to));
  return reading.ok ? [] : reading.problems.map((p) => `${p.line} ${p.field} ${p.message}`);
}

describe('publishing a journey', () => {
  it('says that a file holds one document', () => {
    const second = GOOD.split('\n').length;
    const reading = readJourney(`${GOOD}---\n${GOOD}`);
    expect(reading).toEqual({
      ok: false,
      problems: [{ line: second, field: '', message: 'a second document begins with ---: a file holds one' }],
    });
  });

  it.each(['0m', '0s', '0d 0h'])('takes %s for a promise without grace, as an event may say it', (grace) => {
    const reading = readJourney(GOOD.replace('wording: Soon,', `wording: Soon, grace: ${grace},`));
    expect(reading.ok ? reading.value.promises.map((one) => one.grace) : reading.problems).toEqual([0]);
  });

  it('takes one rule without a list for what it is in one, and says of which field it is wrong', () => {
    const written = '[{type: order.placed}]';
    const one = readJourney(GOOD.replace(written, '{type: order.placed}'));
    expect(one).toEqual(readJourney(GOOD));
    expect(after(written, '{typ: order.placed}')).toEqual(['16 touchpoints.0.match.typ is not known here']);
    expect(after(written, '[{type: order.placed, channel: fax}]')).toEqual([
      expect.stringMatching(/^16 touchpoints\.0\.match\.0\.channel must be one of web, /) as string,
    ]);
    expect(after(written, 'order.placed')).toEqual(['16 touchpoints.0.match must be a list or an object']);
    expect(after(written, '{touchpoint: parcel}')).toEqual([
      '16 touchpoints.0.match.0 never matches: an event that names "parcel" is that touchpoint',
    ]);
  });

  it('says once that a rule is in the way of another, however many rules of its touchpoint are', () => {
    const problems = after(
      "[{type: 'delivery.*'}]}",
      "[{type: 'delivery.*'}]}\n  - {id: web, name: Web, stage: order, owner: Sales, channel: web, match: [{type: a, topic: b}, {type: a, topic: c}]}\n  - {id: any, name: Any, stage: deliver, owner: Sales, channel: web, match: [{channel: web}]}",
    );
    expect(problems.filter((one) => one.includes('"web" (stage "order")'))).toHaveLength(1);
  });

  it.each([
    ['a time without a unit', 'window: 20d', 'window: 20', '4 window is not a duration such as 90s, 30m, 2h, 3d or 2w'],
    [
      'a calendar that nobody wrote, whatever it is called',
      'name: Sales}',
      'name: Sales, calendar: constructor}',
      '10 owners.0.calendar there is no calendar "constructor"',
    ],
    [
      'an owner that is only blanks',
      'owner: Sales, channel: web',
      "owner: ' ', channel: web",
      '16 touchpoints.0.owner is empty: name the department that answers for it',
    ],
  ])('refuses %s, in words', (_what, from, to, problem) => {
    expect(after(from, to)).toEqual([problem]);
  });

  it('takes a good one', () => {
    expect(readJourney(GOOD)).toMatchObject({ ok: true });
  });

  it.each([
    ['an empty file', '', 'is empty'],
    ['a file of comments', '# to be written\n', 'is empty'],
    ['a file that is a list', '- order\n- deliver\n', 'has no fields such as `name: value`'],
    ['a file that is a word', 'soon', 'has no fields such as `name: value`'],
    [
      'a file that repeats itself without bound',
      `a: &a [x, x]\n${['a', 'b', 'c', 'd'].map((n, i) => `${'bcde'[i] ?? ''}: &${'bcde'[i] ?? ''} [${Array(9).fill(`*${n}`).join(', ')}]`).join('\n')}\n`,
      'repeats parts of itself by `*` too often to be unfolded',
    ],
    ['a file that is not UTF-8', GOOD.replace('journey', 'j\uFFFDrney'), 'is not UTF-8: save the file as UTF-8, or convert it with iconv'],
  ])('refuses %s as a whole, in words', (_what, text, message) => {
    expect(readJourney(text)).toEqual({ ok: false, problems: [{ line: 1, field: '', message }] });
  });

  it.each([
    [
      'a touchpoint without an owner',
      'owner: Sales, channel: web',
      'channel: web',
      '16 touchpoints.0.owner is missing: name the department that answers for it',
    ],
    [
      'a promise nobody answers for',
      'wording: Soon, owner: Logistics',
      'wording: Soon',
      '20 promises.0.owner is missing: name the department that answers for it',
    ],
    [
      'an owner that is not on the list',
      'stage: deliver, owner: Sales',
      'stage: deliver, owner: Shops',
      '18 touchpoints.2.owner there is no owner "Shops" in the list of owners',
    ],
    [
      'a stage no touchpoint leads to',
      'stage: order, owner',
      'owner',
      '13 stages.0.id no touchpoint leads to stage "order": it can never be reached',
    ],
    ['a next stage that is none', 'standard: 2d}', 'standard: 2d, next: [paying]}', '13 stages.0.next.0 there is no stage "paying"'],
    [
      'two stages that take the same events',
      'match: [{type: order.placed}]',
      'match: [{channel: web}]',
      '17 touchpoints.1.match.0 and "order" (stage "order")',
    ],
    [
      'a rule behind one that takes everything',
      'match: [{type: order.placed}]',
      "match: [{type: '*'}]",
      '17 touchpoints.1.match.0 never matches: "order" (stage "order"), further up',
    ],
    [
      'a rule behind one of a touchpoint along the way that takes everything',
      'touchpoints:\n',
      'touchpoints:\n  - {id: note, name: Note, owner: Sales, channel: web, match: [{channel: web}, {type: order.placed}]}\n',
      '17 touchpoints.1.match.0 never matches: "note" (along the way), further up, takes all of these events already',
    ],
    [
      'a rule for events that name another touchpoint',
      "match: [{type: 'delivery.*'}]",
      "match: [{type: 'delivery.*', touchpoint: order}]",
      '17 touchpoints.1.match.0 never matches: an event that names "order" is that touchpoint',
    ],
    [
      'a standard for a segment that is none',
      'standard: 2d}',
      'standard: 2d, standards: [{segment: busines, time: 1d}]}',
      '13 stages.0.standards.0.segment there is no segment "busines"',
    ],
    [
      'a second standard for the same cases',
      'standard: 2d}',
      'standard: 2d, standards: [{channel: web, time: 1d}, {segment: business, time: 1d}, {channel: web, time: 3d}]}',
      '13 stages.0.standards.2 is never used: another one, further up, is for the same cases',
    ],
    ['a quiet time that never ends a visit', 'window: 20d', 'window: 20d\nquiet: 30d', '5 quiet is not shorter than the idle time'],
    [
      'a standard that cannot be exceeded',
      'standard: 2d',
      'standard: 2d, idle: 2d',
      '13 stages.0.standard is not shorter than the idle time',
    ],
    ['a window shorter than its standards', 'window: 20d', 'window: 2d', '4 window is shorter than the standard times'],
    [
      'hours that end before they begin',
      '09:00-17:00',
      '17:00-09:00',
      '8 calendars.office.hours.mon-fri 17:00-09:00 ends before it begins',
    ],
    [
      'a calendar without working time',
      'hours: {mon-fri: 09:00-17:00}',
      'hours: {}',
      '8 calendars.office.hours has no working time at all',
    ],
    [
      'a holiday that does not exist',
      'office: {hours',
      'office: {holidays: [2026-02-30], hours',
      '8 calendars.office.holidays.0 is not a date such as 2026-12-25',
    ],
    ['a zone that does not exist', 'Europe/Berlin', 'Europe/Atlantis', '5 zone there is no time zone "Europe/Atlantis"'],
    [
      'working time of somebody without a calendar',
      'owner: Logistics, standard',
      'owner: Sales, standard',
      '14 stages.1.standard is working time, and Sales has no calendar',
    ],
    [
      'a touchpoint served in the working time of somebody without a calendar',
      'owner: Sales, channel: web,',
      'owner: Sales, channel: web, hours: working,',
      '16 touchpoints.0.hours is working time, and Sales has no calendar',
    ],
    [
      'a stage served in working time of which nobody knows whose',
      'internal: Order}, standard',
      'internal: Order}, hours: working, standard',
      '13 stages.0.hours is working time: name the owner of the stage, so that it is known whose',
    ],
    [
      'a source that is silent in working time of which nobody knows whose',
      'stages:\n',
      'sources: [{id: tills, name: Tills, silentAfter: {working: 2h}}]\nstages:\n',
      '12 sources.0.silentAfter is working time: name the calendar of the source, so that it is known whose',
    ],
    [
      'a source on a calendar that does not exist',
      'stages:\n',
      'sources: [{id: tills, name: Tills, silentAfter: {working: 2h}, calendar: shops}]\nstages:\n',
      '12 sources.0.calendar there is no calendar "shops"',
    ],
    ['hours that are none', 'channel: store,', 'channel: store, hours: noon,', '18 touchpoints.2.hours'],
    [
      'a promise in working days of somebody without a calendar',
      'wording: Soon, owner: Logistics',
      'wording: Soon, owner: Sales',
      '20 promises.0.due is working time, and Sales has no calendar',
    ],
    [
      'a promise in working time of somebody without a calendar',
      "owner: Logistics, due: {workingDays: 1, by: '18:00'}",
      'owner: Sales, due: {working: 4h}',
      '20 promises.0.due is working time, and Sales has no calendar',
    ],
    ['a duration that is none', 'window: 20d', 'window: soon', '4 window is not a duration'],
    ['a duration that is over before it begins', 'window: 20d', 'window: 0.0001s', '4 window must be more than 0s'],
    ['a standard time of nothing', 'window: 20d', 'window: 20d\nwait: 0m', '5 wait must be more than 0s'],
    ['a standard of nothing', 'standard: 2d', 'standard: 0d', '13 stages.0.standard must be more than 0s'],
    ['a standard of no working time', '{working: 8h}', '{working: 0h}', '14 stages.1.standard.working must be more than 0s'],
    ['a grace that is none', 'wording: Soon,', 'wording: Soon, grace: none,', '20 promises.0.grace is not a duration'],
    [
      'a promise that is due at once',
      "due: {workingDays: 1, by: '18:00'}",
      'due: {within: 0d}',
      '20 promises.0.due.within must be more than 0s',
    ],
    [
      'a promise that is due after longer than anybody lives',
      "due: {workingDays: 1, by: '18:00'}",
      'due: {within: 99999w}',
      '20 promises.0.due.within is longer than 100 years',
    ],
    ['a duration that no date can be reckoned with', 'window: 20d', 'window: 99999999w', '4 window is longer than 100 years'],
    ['a duration without end', 'window: 20d', `window: ${'9'.repeat(400)}d`, '4 window is longer than 100 years'],
    [
      'a promise in more working time than anybody could count',
      "due: {workingDays: 1, by: '18:00'}",
      'due: {working: 99999h}',
      '20 promises.0.due is more than 366 days of working time',
    ],
    [
      'a variant for no segment at all',
      'segments: [business], stages',
      'segments: [], stages',
      '22 variants.0.segments names none: no case would ever be in this variant',
    ],
    ['a choice of one', 'channel: store, exclusive: way', 'channel: store', '17 touchpoints.1.exclusive "way" is no choice'],
    [
      'something both required and one of a choice',
      'channel: store, exclusive: way',
      'channel: store, required: true, exclusive: way',
      '18 touchpoints.2.required contradicts "exclusive: way"',
    ],
    [
      'something required that has no stage',
      'stage: deliver, owner: Sales, channel: store, exclusive: way',
      'owner: Sales, channel: store, required: true',
      'touchpoints.2.required needs a stage',
    ],
    [
      'a promise in a stage that is none',
      'kind: delivery, stage: deliver',
      'kind: delivery, stage: send',
      '20 promises.0.stage there is no stage "send"',
    ],
    [
      'a variant for a segment that is none',
      'segments: [business], stages',
      'segments: [firms], stages',
      '22 variants.0.segments.0 there is no segment "firms"',
    ],
    ['a variant for everybody', 'segments: [business], stages', 'stages', '22 variants.0 names neither segments nor channels'],
    [
      'a variant of a stage that is none',
      '{deliver: {standard: 1h}}',
      '{send: {standard: 1h}}',
      '22 variants.0.stages.send there is no stage "send"',
    ],
    [
      'a variant behind one that takes its cases',
      'variants:\n',
      'variants:\n  - {id: all, name: All, segments: [business, consumer]}\n',
      '23 variants.1.id is never reached',
    ],
    [
      'a variant that requires one of a choice',
      '{deliver: {standard: 1h}}',
      '{}, touchpoints: {parcel: {required: true}}',
      '22 variants.0.touchpoints.parcel.required contradicts',
    ],
    [
      'a variant with a standard that cannot be exceeded',
      '{standard: 1h}',
      '{standard: 40d}',
      '22 variants.0.stages.deliver.standard is not shorter than the idle time',
    ],
    [
      'a promise of a variant that nobody is there for',
      'segments: [business], stages',
      'segments: [business], promises: [{kind: visit, wording: Soon, owner: Ghosts}], stages',
      '22 variants.0.promises.0.owner there is no owner "Ghosts"',
    ],
    [
      'a promise of a variant that nobody can keep count of, on its own line',
      'stages: {deliver: {standard: 1h}}}',
      `promises: [
      {kind: call, wording: We call, owner: Sales, due: {within: 1h}},
      {kind: delivery, stage: deliver, wording: Today, owner: Sales, due: {working: 2h}}]}`,
      '24 variants.0.promises.1.due is working time, and Sales has no calendar',
    ],
    ['a journey without a goal', 'goal: It is here\n', '', 'goal is missing'],
    ['a field nobody knows', 'window: 20d', 'window: 20d\ncolour: red', 'colour is not known here'],
    ['a text that is no YAML', 'window: 20d', 'window: [20d', ''],
  ])('refuses %s, and says where and why', (_, from, to, problem) => {
    const problems = after(from, to);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.some((one) => one.includes(problem))).toBe(true);
  });

  it('lets a particular rule stand before a general one: the order of the file tells them apart', () => {
    expect(after('match: [{type: order.placed}]', 'match: [{type: delivery.begun, channel: web}]')).toEqual([]);
  });

  it('asks for more than it did, and what is published stays in force as it is', () => {
    const text = GOOD.replace('wording: Soon, owner: Logistics', 'wording: Soon, owner: Sales');
    expect(() => parseJourney('shop.yaml', text)).toThrow('shop.yaml:20: promises.0.due is working time, and Sales has no calendar');
    expect(compilePublished('shop@1', text).promises).toHaveLength(1);
  });

  it.each(['broadband', 'service-desk'])('takes the journey %s that comes with the product', (name) => {
    const text = readFileSync(new URL(`../../../../server/journeys/${name}.yaml`, import.meta.url), 'utf8');
    expect(readJourney(text)).toMatchObject({ ok: true });
  });
});
