import { afterEach, describe, expect, it } from 'vitest';
import { ago, count, dateTime, day, duration, listed, percent } from '#lib/components/format.ts';
import { accepted, isSpoken, PSEUDO } from '#lib/messages/languages.ts';
import { pseudo } from '#lib/messages/pseudo.ts';
import { speech } from '#lib/messages/say.svelte.ts';
import * as frame from '#messages/frame.ts';
import * as live from '#messages/live.ts';

afterEach(() => speech.choose('en'));

describe('the language of a page', () => {
  it.each([
    ['de-DE,de;q=0.9,en;q=0.8', 'de'],
    ['de-AT', 'de'],
    ['fr-FR,fr;q=0.9,de;q=0.4,en;q=0.3', 'de'],
    ['en;q=0.4, DE;q=0.5', 'de'],
    ['de;q=0,en', 'en'],
    ['deu', 'en'],
    ['fr', 'en'],
    ['*', 'en'],
    ['', 'en'],
    [null, 'en'],
  ])('is, where a browser asks for %j, %s', (header, language) => {
    expect(accepted(header)).toBe(language);
  });
  it('is one that there is, or that of the tests', () => {
    expect(['en', 'de', PSEUDO, 'fr', 'constructor', '', null, undefined].filter((word) => isSpoken(word))).toEqual(['en', 'de', PSEUDO]);
  });
});

describe('messages', () => {
  it('follow the language that is chosen, and count by its rules', () => {
    expect([live.missed({ count: 1 }), live.missed({ count: 1204 })]).toEqual(['+1 change', '+1,204 changes']);
    speech.choose('de');
    expect([live.missed({ count: 1 }), live.missed({ count: 1204 })]).toEqual(['+1 Änderung', '+1.204 Änderungen']);
    expect(frame.place('promises')).toBe('Zusagen');
  });
  it('are told apart by a code, and know their own', () => {
    expect([frame.isErrorTitle('404'), frame.isErrorTitle('418')]).toEqual([true, false]);
  });
  it('come in parts where a stretch is marked', () => {
    expect(frame.trace({ id: 'f00' })).toEqual(['Trace ', { tag: 'code', text: 'f00' }, ': quote it, and the log shows what happened.']);
  });
  it('stand in brackets, accented and a third longer, in the language of the tests', () => {
    speech.choose(PSEUDO);
    expect(frame.place('promises')).toBe('⟦Þŕóóḿííšééš⟧');
    expect(frame.trace({ id: '1' })[1]).toEqual({ tag: 'code', text: '⟦1⟧' });
    const sentence = 'Everything that was promised to the customers of this stage';
    expect(pseudo(sentence).length / sentence.length).toBeGreaterThan(1.3);
  });
});

describe('figures and times in German', () => {
  it('are written as Germans write them', () => {
    speech.choose('de');
    const at = Date.UTC(2026, 10, 20, 13, 32);
    expect(count(1204)).toBe('1.204');
    expect(percent(4, 1000)).toBe('0,4\u00a0%');
    expect(duration(3 * 86_400_000 + 4 * 3_600_000)).toBe('3\u00a0Tg. 4\u00a0h');
    expect(duration(400)).toBe('0,4\u00a0s');
    expect(ago(0, 180_000)).toBe('vor 3\u00a0min');
    expect(ago(7_200_000, 0)).toBe('in 2\u00a0h');
    expect(dateTime(at, 'Europe/Berlin')).toBe('20. Nov. 2026, 14:32');
    expect(day(at, 'Europe/Berlin')).toBe('Freitag, 20. November 2026');
    expect(listed(['Web', 'Telefon', 'Chat'])).toBe('Web, Telefon und Chat');
  });
});
