import { describe, expect, test } from 'vitest';
import { EMOTIONS, type EmotionOrUnknown } from '#lib/contract/index.ts';
import type { TextEmotion } from '#server/domain/event/event.ts';
import { ENGLISH, GERMAN, SIGNS } from '#server/domain/emotion/lexicon-entries.ts';
import { LEXICON_SCORER, scoreText } from '#server/domain/emotion/lexicon.ts';

const labelOf = (text: string, lang?: string): EmotionOrUnknown => scoreText(text, lang)?.label ?? 'unknown';

describe('what a customer writes', () => {
  test.each<readonly [EmotionOrUnknown, string]>([
    // plain
    ['frustrated', 'This is the worst service I have ever had.'],
    ['frustrated', 'I am really annoyed, your website crashed again'],
    ['frustrated', 'I want to speak to a manager NOW'],
    ['frustrated', 'You charged me twice.'],
    ['disappointed', 'I am disappointed with the quality'],
    ['disappointed', 'Not what I ordered.'],
    ['anxious', 'I am worried that somebody used my account'],
    ['anxious', 'Please help, I need it by Friday'],
    ['anxious', 'Where is my parcel?'],
    ['confused', 'How do I reset the router?'],
    ['confused', "I don't understand this invoice"],
    ['confused', 'What does this mean?'],
    ['satisfied', 'Thank you very much for your help'],
    ['satisfied', 'It works now'],
    ['satisfied', 'The technician was friendly and on time'],
    ['delighted', 'Love it!!!'],
    ['delighted', 'You are the best, you made my day'],
    ['delighted', 'Absolutely amazing support'],
    ['neutral', 'Just checking whether you have my new number'],
    ['neutral', 'Please confirm receipt.'],
    ['neutral', 'I would like to update my bank details'],
    // left alone
    ['frustrated', 'still waiting'],
    ['frustrated', 'No one called back.'],
    ['frustrated', 'Nobody called me back, for the third time'],
    ['frustrated', 'Been on hold for 40 minutes'],
    ['frustrated', 'I already told you that twice'],
    // negation
    ['disappointed', 'I am not happy'],
    ['disappointed', 'The agent was not very helpful'],
    ['disappointed', "I don't think this is good"],
    ['satisfied', 'Not bad at all'],
    ['satisfied', "Can't complain"],
    ['satisfied', 'I never had a problem with you'],
    ['neutral', 'I am not angry'],
    ['neutral', "I'm not worried about it"],
    ['frustrated', 'Not only slow but rude'],
    ['satisfied', 'No, that was helpful'],
    ['disappointed', 'NOT good'],
    ['neutral', 'No thanks'],
    ['satisfied', 'No it was easy'],
    ['satisfied', 'no thank you so much for your help'],
    ['neutral', 'no i am good, no thank you, bye'],
    // sarcasm
    ['frustrated', 'Thanks for nothing'],
    ['frustrated', 'Great, another delay'],
    ['frustrated', 'Oh great, still no internet'],
    ['satisfied', 'Oh great, thank you'],
    ['frustrated', 'Thanks for wasting my afternoon'],
    ['frustrated', 'Yeah right, good luck getting an answer from them'],
    ['frustrated', 'Thanks, still waiting after three weeks'],
    // mixed: the end decides
    ['frustrated', 'The agent was friendly but it is still not working'],
    ['satisfied', 'It was a hassle but now everything works again'],
    ['satisfied', 'The delivery was late, but your colleague was very helpful, thank you so much'],
    // somebody else's words, and habits of speech
    ['frustrated', 'Your colleague said "everything is perfect now" and hung up on me'],
    ['frustrated', 'This is unacceptable.\n> Thank you so much for your patience, we love to help'],
    ['unknown', 'Good morning, my name is Kim. Kind regards, Kim'],
    ['frustrated', 'The app crashes every time I open the bill. Thanks, Kim'],
    ['unknown', 'It would be great to get an answer'],
    // spelling
    ['frustrated', 'im soooo ANNOYED'],
    ['delighted', 'I looove it'],
    ['frustrated', 'doesn’t work'],
    ['frustrated', 'DOESNT WORK'],
    // signs
    ['frustrated', '😡😡'],
    ['delighted', '😍'],
    ['satisfied', 'ok 👍'],
    ['disappointed', 'hmm :-('],
    ['unknown', 'see http://example.com/d'],
    // nothing to read
    ['unknown', ''],
    ['unknown', '12345'],
    ['unknown', '+43 660 1234567, 2026-03-01'],
    ['unknown', 'asdf qwer'],
    ['unknown', 'My order is 4711'],
    ['unknown', '???'],
    ['unknown', 'Was wondering about the invoice of March'],
    ['unknown', 'If there is a problem you can reach me at home'],
  ])('%s: %s', (label, text) => {
    expect(labelOf(text)).toBe(label);
  });

  test.each<readonly [EmotionOrUnknown, string]>([
    ['frustrated', 'Ich warte immer noch auf Ihren Rückruf'],
    ['frustrated', 'Das Internet funktioniert nicht und niemand meldet sich'],
    ['frustrated', 'Danke für nichts'],
    ['disappointed', 'Ich bin sehr enttäuscht'],
    ['disappointed', 'Ich bin leider enttaeuscht'],
    ['disappointed', 'Ich bin nicht zufrieden'],
    ['anxious', 'Ich mache mir Sorgen, es ist dringend'],
    ['confused', 'Ich verstehe die Rechnung nicht, was bedeutet dieser Posten?'],
    ['satisfied', 'Vielen Dank, es geht wieder'],
    ['satisfied', 'Der Service war nicht schlecht'],
    ['delighted', 'Ich bin begeistert, super Service!'],
    ['neutral', 'Ich hätte eine Frage zu meinem Vertrag, anbei die Unterlagen'],
    ['unknown', 'Ich bin am Montag zu Hause'],
  ])('in German, %s: %s', (label, text) => {
    expect(labelOf(text)).toBe(label);
    expect(labelOf(text, 'de-AT')).toBe(label);
  });

  test.each([
    ['Je ne suis pas content, merci quand même', undefined],
    ['No estoy contento con el servicio, muy mal', undefined],
    ['Очень плохо, thanks', undefined],
    ['Non sono satisfied', 'it'],
    ['Thank you, great', 'fr'],
    ['Bedankt, super service', 'nl-NL'],
  ])('in another language stays unknown: %s', (text, lang) => {
    expect(scoreText(text, lang)).toBeNull();
  });

  test('a named language is believed', () => {
    expect(labelOf('super', 'de')).toBe('delighted');
    expect(labelOf('super', 'en')).toBe('unknown');
    expect(labelOf('thanks', 'EN_us')).toBe('satisfied');
    expect(labelOf('thanks', 'und')).toBe('satisfied');
  });
});

describe('a reading', () => {
  const valenceOf = (text: string): number => scoreText(text)?.valence ?? NaN;

  test('says which words spoke, and by which scorer', () => {
    const reading: TextEmotion | null = scoreText('I am not happy, nobody called back');
    expect(reading).toMatchObject({ label: 'frustrated', scorer: LEXICON_SCORER, why: ['nobody called back', 'not happy'] });
  });

  test('is stronger where a customer shouts, stresses or exclaims, and weaker where one hedges', () => {
    expect(valenceOf('this is VERY ANNOYING!!!')).toBeLessThan(valenceOf('this is annoying'));
    expect(valenceOf('this is very annoying')).toBeLessThan(valenceOf('this is annoying'));
    expect(valenceOf('this is slightly annoying')).toBeGreaterThan(valenceOf('this is annoying'));
    expect(valenceOf('this is annoying!')).toBeLessThan(valenceOf('this is annoying'));
  });

  test('is modest: never surer than .8, and less sure of one weak word or of mixed feelings', () => {
    const sure = scoreText('Fed up! Worst service, unacceptable, disgraceful, never again')?.confidence ?? 0;
    const weak = scoreText('thanks')?.confidence ?? 0;
    const mixed = scoreText('The product is excellent. The delivery was terrible')?.confidence ?? 0;
    expect(sure).toBeLessThanOrEqual(0.8);
    expect(weak).toBeLessThan(0.5);
    expect(mixed).toBeLessThan(scoreText('The delivery was terrible')?.confidence ?? 0);
  });

  test('is in range and on its label’s side for every phrase of the lexicon, alone and in company', () => {
    const phrases = [...ENGLISH, ...SIGNS].flatMap((group) => group.phrases.split(' | '));
    for (const phrase of phrases)
      for (const text of [phrase, `${phrase}, thanks!!! but terrible`, `${phrase} love it`]) {
        const reading = scoreText(text, 'en');
        if (reading === null) continue;
        const { label, valence, confidence } = reading;
        expect(EMOTIONS).toContain(label);
        expect(Math.abs(valence)).toBeLessThanOrEqual(1);
        expect(confidence >= 0.2 && confidence <= 0.8).toBe(true);
        if (label === 'satisfied' || label === 'delighted') expect(valence).toBeGreaterThan(0);
        else if (label !== 'neutral') expect(valence).toBeLessThan(0);
      }
  });

  test('reads hostile input without harm', () => {
    for (const text of [
      '"'.repeat(5000),
      '>'.repeat(5000),
      'a'.repeat(32_768),
      '\ud83d',
      'İİİ terrible',
      '\n'.repeat(9000),
      '“”„“"',
      'not '.repeat(8000),
    ])
      expect(() => scoreText(text)).not.toThrow();
    expect(labelOf('İİİ TERRIBLE')).toBe('frustrated');
    expect(labelOf('constructor __proto__ toString')).toBe('unknown');
  });
});

describe('the lexicon', () => {
  test.each([
    ['English', [...ENGLISH, ...SIGNS]],
    ['German', [...GERMAN, ...SIGNS]],
  ])('holds no phrase twice in %s', (_, groups) => {
    const phrases = groups.flatMap((group) => group.phrases.split(' | '));
    expect(phrases.filter((phrase, index) => phrases.indexOf(phrase) !== index)).toEqual([]);
  });

  test('each phrase is found as it is written', () => {
    for (const [groups, lang] of [
      [ENGLISH, 'en'],
      [GERMAN, 'de'],
      [SIGNS, 'en'],
    ] as const)
      for (const { label, phrases } of groups)
        for (const phrase of phrases.split(' | ')) expect([phrase, scoreText(phrase, lang)?.label ?? null]).toEqual([phrase, label]);
  });
});
