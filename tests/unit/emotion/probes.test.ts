import { describe, expect, test } from 'vitest';
import type { EmotionOrUnknown } from '#lib/contract/index.ts';
import { createScorer } from '#server/domain/emotion/scorer.ts';
import { readModel, SHIPPED_MODEL } from '#server/emotion/load.ts';
import { projectFile } from '#server/platform/files.ts';

const scorer = createScorer(readModel(projectFile(SHIPPED_MODEL)));
const NEGATIVE = new Set<EmotionOrUnknown>(['frustrated', 'anxious', 'confused', 'disappointed']);
const POSITIVE = new Set<EmotionOrUnknown>(['satisfied', 'delighted']);

/** What a reader may conclude: `-` somebody suffers, `+` somebody is content, `0` neither, `?` nothing can be said. Several: each is right. */
function conclusionOf(text: string, lang?: string): '-' | '+' | '0' | '?' {
  const label = scorer.score(text, lang)?.label ?? 'unknown';
  return NEGATIVE.has(label) ? '-' : POSITIVE.has(label) ? '+' : label === 'neutral' ? '0' : '?';
}

const PROBES: Readonly<Record<string, readonly (readonly [expected: string, text: string])[]>> = {
  'negated praise is a complaint': [
    ['-', 'I am not happy with this'],
    ['-', 'This is not good'],
    ['-', 'I am not satisfied with the answer'],
    ['-', 'The new app is not great'],
    ['-', 'I was never happy with your service'],
    ['-', 'Nobody was helpful'],
    ['-', "I don't like the new website"],
    ['-', "It isn't working"],
    ['-', 'It does not work'],
    ['-', "I can't recommend this to anyone"],
    ['-', 'not impressed at all'],
    ['-', 'No good at all'],
    ['-', "wasn't worth the money"],
  ],
  'a formula is polite, and no feeling': [
    ['0', "no that's all, thank you"],
    ['0', 'nothing else, have a nice day'],
    ['0', 'ok bye'],
    ['0?', 'sorry, my account number is 884512'],
    ['0?', 'oh sorry, I gave you the wrong date'],
    ['0', 'change my seat to the front please'],
    ['+', 'no, and thank you so much for your help, have a nice day'],
    ['-', 'have a nice day? after three hours on hold? this is ridiculous'],
    ['-', 'sorry, but this is unacceptable'],
  ],
  'what is held up to a company in public': [
    ['-', '@shop my order says delivered. it never arrived'],
    ['-', '@air three calls, two promises, still no suitcase'],
    ['-', '@bank used to recommend you to everyone'],
    ['0', '@air do you fly to Lisbon in the winter?'],
    ['+', '@air landed early, bags were first on the belt'],
    ['+', '@net your engineer went out of his way to help us'],
  ],
  'a negated complaint is none': [
    ['+', 'Not bad at all'],
    ['+', "I can't complain"],
    ['+', 'No problems so far'],
    ['+', 'I never had a problem with you'],
    ['+', 'I have no complaints'],
    ['+0?', 'I am not angry'],
    ['+0?', "I'm not worried about it"],
    ['+0', 'It was not a problem'],
    ['+', 'not disappointed at all'],
    ['+', "Couldn't be happier"],
    ['+', 'without any problem, thank you'],
  ],
  'thanks that are none': [
    ['-', 'Thanks for nothing'],
    ['-', 'thanks for nothing, I am still without internet'],
    ['-', 'Thank you for wasting my afternoon'],
    ['-', 'Thanks for losing my bag'],
    ['-', 'thanks a lot for nothing'],
    ['-', 'Thanks, still waiting after three weeks'],
    ['0?', 'No thanks'],
    ['0?+', 'no thanks, that is all'],
    ['0', 'thanks in advance'],
    ['0?+', 'No thank you'],
  ],
  sarcasm: [
    ['-', 'Great, another delay'],
    ['-', 'Oh great, still no internet'],
    ['-', 'Oh wonderful, the line is dead again'],
    ['-', 'great job losing my parcel again'],
    ['-', 'Just great, the flight is cancelled again'],
    ['-', 'Well done, you charged me twice'],
    ['-', 'What a joke'],
    ['-', 'slow clap for your hotline'],
    ['-', 'Are you kidding me?'],
    ['-', 'So much for customer service'],
    ['-', 'Nice, three hours on hold'],
  ],
  'quotations and others’ words do not count': [
    ['-', 'Your colleague said "everything is perfect now" and hung up on me'],
    ['-', 'This is unacceptable.\n> Thank you so much for your patience, we love to help'],
    ['-', 'Still broken.\n\nOn Mon, 3 Mar 2025 at 10:00 Support wrote:\nGreat news, all is fixed, thank you!'],
    ['?', 'Agent: I am so sorry, this is terrible'],
    ['-', 'Agent: We love to help you!\nCustomer: nobody called me back'],
    ['+', 'Customer: perfect, thank you\nAgent: I am sorry for the awful wait'],
    ['-', 'The app crashes every time.\nKind regards,\nJoy Happy'],
    ['-', 'I hate this.\n-- \nHappy to help since 1999'],
  ],
  'numbers, names and noise say nothing': [
    ['?', ''],
    ['?', '12345'],
    ['?', '+43 660 1234567'],
    ['?', '2026-03-01'],
    ['?', '4711 8822 1099'],
    ['?0', '???'],
    ['?', '...'],
    ['?', 'asdf qwer'],
    ['?', 'KX44P'],
    ['?', 'https://example.com/track/8812'],
    ['?', '@SomeCompany'],
    ['?0', 'Kim Berg'],
  ],
  'plain requests are neutral': [
    ['0?', 'My order is 4711'],
    ['0', 'I would like to change my address'],
    ['0', 'Please send me a copy of the invoice'],
    ['0', 'What time do you open on Sunday?'],
    ['0', 'Can I bring two bags?'],
    ['0', 'My number is 0171 555'],
    ['0', 'please confirm receipt'],
    ['0', 'I want to report a lost card'],
    ['0+', 'yes that is correct'],
    ['0', 'that will be all'],
    ['0', 'Do you ship to Norway?'],
    ['0', 'I sent you a DM'],
    ['0', 'Is there parking at the hotel?'],
    ['0', 'I will be at home on Monday'],
    ['0', 'The reading is 20418'],
  ],
  'mixed statements: what comes after "but" decides': [
    ['-', 'The agent was friendly but it is still not working'],
    ['-', 'Nice app, but it crashes all the time'],
    ['-', 'I love the product but the delivery was a disaster'],
    ['-', 'The staff was nice, however nobody could help me and I am still waiting'],
    ['+', 'It was a hassle but now everything works again'],
    ['+', 'The delivery was late, but your colleague was very helpful, thank you so much'],
    ['+', 'I was worried at first but it all went well, thank you'],
    ['+', 'It took a while but the problem is solved now, thanks'],
  ],
  'being left alone': [
    ['-', 'still waiting'],
    ['-', 'No one called back.'],
    ['-', 'Nobody called me back, for the third time'],
    ['-', 'I have been on hold for 40 minutes'],
    ['-', 'I already told you that twice'],
    ['-', 'I keep getting transferred from one department to the next'],
    ['-', 'Third time I am explaining this'],
    ['-', 'your hotline hung up on me'],
    ['-', 'no answer to my three emails'],
    ['-', 'where is my refund?? it has been six weeks'],
  ],
  'strong feelings': [
    ['-', 'This is the worst service I have ever had.'],
    ['-', 'terrible service'],
    ['-', 'I hate your app'],
    ['-', 'absolutely unacceptable'],
    ['-', 'I am furious'],
    ['-', 'You should be ashamed of yourselves'],
    ['-', 'I want to speak to a manager NOW'],
    ['-', 'never again'],
    ['-', 'I am very disappointed'],
    ['-', 'I am really worried about my account'],
    ['-', 'please help me, somebody stole my card and is using it right now'],
    ['-', "I don't understand this invoice at all, I am so confused"],
    ['+', 'Love it!!!'],
    ['+', 'You are the best, you made my day'],
    ['+', 'Absolutely amazing support'],
    ['+', 'best customer service ever'],
    ['+', 'Thank you very much for your help'],
    ['+', 'It works now, thank you!'],
    ['+', 'The technician was friendly and on time'],
    ['+', 'I am very happy with my new plan'],
    ['+', 'quick and easy, well done'],
  ],
  'shouting, stretching and misspelling change nothing': [
    ['-', 'DOESNT WORK'],
    ['-', 'im soooo ANNOYED'],
    ['-', 'this is sooooo annoying'],
    ['-', 'WORST SERVICE EVER'],
    ['-', 'doesn’t work'],
    ['+', 'I looooove it'],
    ['+', 'THANK YOU SO MUCH'],
    ['+', 'thx so much!!'],
    ['+', 'aaaamazing service'],
  ],
  'emoji speak': [
    ['-', '😡😡😡'],
    ['-', 'my order 😡'],
    ['-', 'again 🙄 nothing works'],
    ['-', 'hmm :-('],
    ['+', '😍'],
    ['+', 'ok 👍'],
    ['+', 'got it today ❤️'],
    ['+', 'arrived :)'],
  ],
};

const GERMAN: readonly (readonly [string, string])[] = [
  ['-', 'Ich warte immer noch auf Ihren Rückruf'],
  ['-', 'Danke für nichts'],
  ['-', 'Das Internet funktioniert nicht und niemand meldet sich'],
  ['-', 'Ich bin sehr enttäuscht'],
  ['-', 'Ich bin nicht zufrieden'],
  ['-', 'Ich mache mir Sorgen, es ist dringend'],
  ['-', 'Ich verstehe die Rechnung nicht'],
  ['-', 'Eine Frechheit ist das'],
  ['+', 'Vielen Dank, es geht wieder'],
  ['+', 'Der Service war nicht schlecht'],
  ['+', 'Ich bin begeistert, super Service!'],
  ['+', 'Alles bestens, danke'],
  ['0', 'Ich hätte eine Frage zu meinem Vertrag'],
  ['0?', 'Ich bin am Montag zu Hause'],
];

const OTHERS: readonly (readonly [text: string, lang: string | undefined])[] = [
  ['Je ne suis pas content, merci quand même', undefined],
  ['No estoy contento con el servicio, muy mal', undefined],
  ['Очень плохо, thanks', undefined],
  ['非常不满意', undefined],
  ['خدمة سيئة جدا', undefined],
  ['Il servizio non è buono, sono molto arrabbiato', undefined],
  ['Ik ben niet tevreden met het product', undefined],
  ['Não estou satisfeito com o serviço, obrigado', undefined],
  ['Non sono satisfied', 'it'],
  ['Thank you, great', 'fr'],
];

describe.each(Object.entries(PROBES))('%s', (_, probes) => {
  test.each(probes)('%s: %s', (expected, text) => {
    expect(expected).toContain(conclusionOf(text));
  });
});

describe('in German', () => {
  test.each(GERMAN)('%s: %s', (expected, text) => {
    expect(expected).toContain(conclusionOf(text));
    expect(expected).toContain(conclusionOf(text, 'de-AT'));
  });
});

describe('in a language that cannot be read', () => {
  test.each(OTHERS)('it is unknown, never neutral: %s', (text, lang) => {
    expect(scorer.judge(text, lang)).toBeNull();
  });
});

test('there are about 150 of them or more', () => {
  expect(Object.values(PROBES).flat().length + GERMAN.length + OTHERS.length).toBeGreaterThanOrEqual(150);
});
