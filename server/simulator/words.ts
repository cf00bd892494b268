import type { Emotion } from '#lib/contract/index.ts';
import type { Chance } from './random.ts';

/** What a contact is about. */
export type Topic = 'offer' | 'order' | 'delivery' | 'appointment' | 'connection' | 'bill' | 'fault' | 'contract';

/** Moods in which customers write: the seven emotions, and both at once. */
export type Mood = Emotion | 'mixed';

/** What the customer calls the thing. */
const NOUNS: Readonly<Record<Topic, readonly string[]>> = {
  offer: ['offer', 'price', 'tariff'],
  order: ['order', 'order form', 'order confirmation'],
  delivery: ['router', 'parcel', 'delivery'],
  appointment: ['appointment', 'technician', 'time slot'],
  connection: ['line', 'internet', 'new connection'],
  bill: ['bill', 'first bill', 'amount on the bill'],
  fault: ['internet', 'connection', 'wifi'],
  contract: ['contract', 'renewal', 'notice period'],
};

/** Sentences by mood. `{noun}` is the thing, `{days}` a small number, `{day}` a weekday. All invented. */
const SENTENCES: Readonly<Record<Mood, readonly string[]>> = {
  frustrated: [
    'This is the third time I am contacting you about the {noun} and still nothing. Ridiculous.',
    'I have been waiting {days} days for the {noun}. This is unacceptable.',
    'I am fed up with explaining the same thing again and again. Fix the {noun}!',
    'Terrible service, nobody can tell me anything about the {noun}.',
    'The {noun} is still not working and your hotline hung up on me. I am really angry.',
    'I wasted a whole day at home because of the {noun}. Awful.',
    'How many times do I have to call? The {noun} problem is still not solved.',
    'Your website throws an error every time I try. The {noun} page is useless.',
  ],
  anxious: [
    'I am worried that the {noun} will not be sorted before {day}. I work from home.',
    'Please hurry, I urgently need the {noun} and I am afraid it gets lost.',
    'I am nervous about the {noun}, nobody has confirmed anything yet.',
    'We move on {day} and I am concerned that the {noun} will not be ready in time.',
    'Is something wrong with the {noun}? I have heard nothing for {days} days and I am getting worried.',
    'I am scared of being without internet for {days} days.',
  ],
  confused: [
    'I do not understand what happens next with the {noun}.',
    'I am confused, one message about the {noun} says {day} and the other says something else.',
    'What does this line mean? The {noun} is not clear to me.',
    'I am not sure which {noun} is meant here. Can you explain?',
    'The instructions for the {noun} make no sense to me, which cable goes where?',
    'Why are there two different numbers for the {noun}? I am lost.',
  ],
  disappointed: [
    'I expected more. The {noun} was promised for {day} and did not come.',
    'What a pity, the {noun} is not what I was told.',
    'I am disappointed with the {noun}, it looked much better in the advert.',
    'Sadly the {noun} let us down again.',
    'You promised to call me back about the {noun} and never did. I feel let down.',
    'Unfortunately the {noun} is not as good as I had hoped.',
  ],
  neutral: [
    'I would like to change the date for the {noun} to {day}.',
    'Could you send me the details about the {noun}?',
    'Please update my address for the {noun}.',
    'What are the opening hours on {day}?',
    'My question is about the {noun}.',
    'Please send the {noun} to the new address from {day}.',
  ],
  satisfied: [
    'Thank you, the {noun} works now.',
    'Thanks for the quick answer about the {noun}.',
    'The {noun} came on time, all good.',
    'Good service, my question about the {noun} was answered at once.',
    'That helped, thank you very much.',
    'I am happy with the {noun}, everything went smoothly.',
  ],
  delighted: [
    'Wow, the {noun} was faster than I expected. Fantastic!',
    'I love it, the {noun} is brilliant and your colleague was amazing.',
    'Absolutely excellent, I will recommend you to all my friends!',
    'Best service I have ever had, the {noun} is perfect.',
    'What a wonderful surprise, thank you so much, you made my day!',
  ],
  mixed: [
    'The technician was very friendly, but the {noun} is still not working.',
    'Great price, but the wait for the {noun} was far too long.',
    'Thanks for the help, although I had to ask {days} times about the {noun}.',
    'I like the app, but the {noun} is confusing.',
  ],
};

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** A customer's own words in a mood about a topic. */
export function sayIt(mood: Mood, topic: Topic, chance: Chance): string {
  return chance
    .pick(SENTENCES[mood])
    .replaceAll('{noun}', chance.pick(NOUNS[topic]))
    .replaceAll('{days}', String(3 + chance.below(9)))
    .replaceAll('{day}', chance.pick(DAYS));
}

/** A mood that follows from how things went, -1 (all wrong) to 1 (all well). */
export function moodOf(wellbeing: number, chance: Chance): Mood {
  const felt = wellbeing + 0.28 * chance.normal();
  if (chance.happens(0.07)) return 'mixed';
  if (felt < -0.35)
    return chance.weighted<Mood>([
      ['frustrated', 6],
      ['disappointed', 3],
      ['anxious', 1],
    ]);
  if (felt < -0.08)
    return chance.weighted<Mood>([
      ['disappointed', 3],
      ['anxious', 3],
      ['confused', 3],
      ['frustrated', 2],
    ]);
  if (felt < 0.2)
    return chance.weighted<Mood>([
      ['neutral', 6],
      ['confused', 2],
      ['satisfied', 1],
    ]);
  if (felt < 0.6)
    return chance.weighted<Mood>([
      ['satisfied', 6],
      ['neutral', 2],
      ['delighted', 1],
    ]);
  return chance.weighted<Mood>([
    ['delighted', 5],
    ['satisfied', 4],
  ]);
}
