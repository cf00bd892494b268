import { afterEach, describe, expect, it } from 'vitest';
import { decimal, words } from '#lib/components/format.ts';
import { actorName, eventTypeName, factorKindName, outcomeName, promiseKindName, wishValue } from '#lib/components/names.ts';
import { NAMELESS } from '#lib/contract/staff-choices.ts';
import { speech } from '#lib/messages/say.svelte.ts';
import * as story from '#messages/story.ts';

afterEach(() => speech.choose('en'));

describe('what events say in codes', () => {
  it('is worded in the chosen language where the word is one of ours', () => {
    expect(eventTypeName('promise.made')).toBe('Promise made');
    expect(outcomeName('no_answer')).toBe('no answer');
    speech.choose('de');
    expect(eventTypeName('promise.made')).toBe('Zusage gegeben');
    expect(outcomeName('no_answer')).toBe('nicht erreicht');
    expect(promiseKindName('call_back')).toBe('Rückruf');
    expect(factorKindName('storm')).toBe('Sturm');
  });
  it('reads as it came where it is not', () => {
    speech.choose('de');
    expect(eventTypeName('tv.channel_changed')).toBe('Tv channel changed');
    expect(outcomeName('Told_off')).toBe('told off');
    expect(promiseKindName('site_visit')).toBe('Site visit');
  });
  it('tells who acted by the name they gave, and of whoever gave none so in the chosen language', () => {
    speech.choose('de');
    expect([actorName('Ada'), actorName(NAMELESS)]).toEqual(['Ada', 'jemand an diesem Rechner']);
  });
  it('tells wishes as the customer would: a language by its name, a channel, yes or no', () => {
    expect(wishValue('language', 'de')).toBe('German');
    speech.choose('de');
    expect(wishValue('language', 'de')).toBe('Deutsch');
    expect(wishValue('language', 'Plattdüütsch op Platt')).toBe('Plattdüütsch op Platt');
    expect(wishValue('preferredChannel', 'phone')).toBe('Telefon');
    expect(wishValue('doNotCall', 'true')).toBe('ja');
    expect(wishValue('bestTime', 'after six')).toBe('after six');
  });
});

describe('names that come with the data', () => {
  it('keep their own capitals; only codes are made into words', () => {
    expect(words('Customer Care')).toBe('Customer Care');
    expect(words('VIP')).toBe('VIP');
    expect(words('Where is my router?')).toBe('Where is my router?');
    expect(words('self-service')).toBe('Self service');
    expect(words('ORDER_PLACED')).toBe('Order placed');
  });
});

describe('figures and sentences', () => {
  it('below nothing have a true minus in every language', () => {
    expect(decimal(-0.24, 2)).toBe('−0.24');
    speech.choose('de');
    expect(decimal(-0.24, 2)).toBe('−0,24');
  });
  it('end with one full stop, also after a shortened unit', () => {
    speech.choose('de');
    const said = story.briefBroken({ promise: 'Rückruf', due: '22. Nov. 2026, 13:53', late: '5\u00a0Tg.', others: 0 });
    expect(said).toBe('„Rückruf“ war fällig am 22. Nov. 2026, 13:53, gebrochen vor 5\u00a0Tg.');
  });
});
