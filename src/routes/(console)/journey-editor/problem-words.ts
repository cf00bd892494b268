import { speech } from '#lib/messages/say.svelte.ts';
import * as m from '#messages/editor.ts';

/** What the check says of a journey file, and the message that says it in every language. */
const SENTENCES = {
  'is not a duration such as 90s, 30m, 2h, 3d or 2w': 'duration',
  'is not a standard time such as 6h, 3d or {working: 8h}': 'standard',
  'is not a date rule: `stated`, {within: 2d}, {working: 8h} or {workingDays: 2, by: "17:00"}': 'due',
  'is longer than 100 years': 'tooLong',
  'is empty': 'fileEmpty',
  'has no fields such as `name: value`': 'noFields',
  'is missing': 'missing',
  'is missing: name the department that answers for it': 'owner',
  'is empty: name the department that answers for it': 'ownerEmpty',
  'is not known here': 'unknown',
  'there is no time zone "{one}"': 'noZone',
  '{one} ends before it begins': 'endsBefore',
  'has no working time at all: nothing on it is ever due': 'noHours',
  'there is no calendar "{one}"': 'noCalendar',
  'there is no owner "{one}" in the list of owners': 'noOwner',
  'stage "{one}" stands twice': 'stageTwice',
  'touchpoint "{one}" stands twice': 'touchpointTwice',
  'variant "{one}" stands twice': 'variantTwice',
  '"{one}" stands twice': 'twice',
  'there is no stage "{one}"': 'noStage',
  'there is no segment "{one}"': 'noSegment',
  'there is no source "{one}"': 'noSource',
  'there is no touchpoint "{one}"': 'noTouchpoint',
  'no touchpoint leads to stage "{one}": it can never be reached': 'noWay',
  'a funnel needs at least two stages that are not marked "after"': 'twoStages',
  'is working time, and {one} has no calendar': 'noHoursOf',
  'is working time: name the owner of the stage, so that it is known whose': 'whoseTime',
  'is working time: name the calendar of the source, so that it is known whose': 'sourceTime',
  'is not shorter than the idle time: a case has left before one of its visits could end by it': 'quietIdle',
  'is not shorter than the idle time: a case has left before it could be longer here than the standard': 'standardIdle',
  'is not shorter than the idle time: nobody stays that long': 'dwellIdle',
  'is never used: another one, further up, is for the same cases': 'neverUsed',
  'is shorter than the standard times of its steps together: who takes them never converts': 'windowShort',
  'needs a stage: only of a placed touchpoint is known by when it has to be': 'needsStage',
  'contradicts "exclusive: {one}": who takes the other one cannot have this one': 'contradicts',
  '"{one}" is no choice: no other touchpoint is part of it': 'noChoice',
  'never matches: an event that names "{one}" is that touchpoint': 'namesOther',
  'never matches: "{one}" (along the way), further up, takes all of these events already': 'takenAlong',
  'never matches: "{one}" (stage "{other}"), further up, takes all of these events already': 'takenIn',
  'and "{one}" (stage "{other}") could both match one event, which can be in one stage only: tell them apart': 'bothMatch',
  '"{one}" is promised twice in any stage': 'promisedTwice',
  '"{one}" is promised twice in "{other}"': 'promisedTwiceIn',
  'a promise that a touchpoint makes by itself needs a rule that says when it is due': 'needsDue',
  'is more than 366 days of working time': 'longWorking',
  'names neither segments nor channels: it would be the base itself': 'isBase',
  'names none: no case would ever be in this variant': 'namesNone',
  'is never reached: variant "{one}", further up, takes all of its cases': 'variantTaken',
  'use lower-case letters, digits, dot, dash or underscore, starting with a letter': 'idForm',
  'is not a time of day such as 18:00': 'clock',
  'is not a day or a range of days such as mon or mon-fri': 'days',
  'is not a span of hours such as 09:00-17:00, or several with a comma between them': 'hours',
  'is not a date such as 2026-12-25': 'date',
  'must be text': 'text',
  'must be a number': 'number',
  'must be a whole number': 'wholeNumber',
  'must be true or false': 'boolean',
  'must be a list': 'list',
  'must be an object': 'object',
  'must be a list or an object': 'objectOrList',
  'must be text or a number or true or false': 'plainValue',
  'must be one of {one}': 'option',
  'must not be empty': 'filled',
  'must have at least {one} characters': 'longer',
  'must have at least {one} items': 'moreItems',
  'must have at most {one} characters': 'shorter',
  'must have at most {one} items': 'fewerItems',
  'must be at least {one}': 'small',
  'must be more than {one}': 'least',
  'must be at most {one}': 'big',
  'must be {one}': 'only',
  'a second document begins with ---: a file holds one': 'documents',
  '*{one} stands for nothing: put what begins with * in quotes': 'alias',
  'the tag {one} is not known here: write the value itself, or put it in quotes': 'tag',
  'repeats parts of itself by `*` too often to be unfolded': 'unfolds',
  'is not UTF-8: save the file as UTF-8, or convert it with iconv': 'utf8',
  'Map keys must be unique': 'sameKey',
  'All mapping items must start at the same column': 'column',
  'Nested mappings are not allowed in compact mappings': 'nested',
  'Implicit keys need to be on a single line': 'keyLine',
  'Implicit map keys need to be followed by map values': 'keyValue',
  'Tabs are not allowed as indentation': 'tabs',
  'Version {one} is published already and never changes: set "version: {other}".': 'published',
} as const;

/** The sentences as they can be recognised: what varies in them is `{one}` and `{other}`. */
const FORMS = Object.entries(SENTENCES).map(([sentence, code]) => {
  const literal = sentence.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&');
  const form = literal.replace('\\{one\\}', '(?<one>.+?)').replace('\\{other\\}', '(?<other>.+?)');
  return { code, form: new RegExp(`^${form}$`, 'su') };
});

/** A problem of a journey file: English is the check's own, and what is not among the messages stays English. */
export function problemWords(sentence: string): { readonly text: string; readonly english: boolean } {
  for (const { code, form } of FORMS) {
    const found = form.exec(sentence);
    if (found !== null)
      return { text: m.problem(code, { one: found.groups?.['one'] ?? '', other: found.groups?.['other'] ?? '' }), english: false };
  }
  return { text: sentence, english: speech.spoken !== 'en' };
}

/** `stages.0.standard` -> `Stage 1, standard time`, for the fields that the form has; null: only the file has it. */
export function placeWords(field: string): string | null {
  const [, number, part] = /^stages\.(\d+)\.(?:name\.)?(\w+)/.exec(field) ?? [];
  if (number === undefined || part === undefined) return null;
  const what = part === 'needs' ? m.needs() : m.isField(part) ? m.field(part) : null;
  return what === null ? null : m.place({ number: Number(number) + 1, what });
}
