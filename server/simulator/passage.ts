import { DAY, HOUR, MINUTE } from '#lib/contract/time.ts';
import { deliver, install } from './arriving.ts';
import { lookAround, order, signIn } from './buying.ts';
import { suited } from './calendar.ts';
import { contact } from './contacts.ts';
import { firstBill, liveOn } from './living.ts';
import { Story } from './story.ts';
import type { World } from './story.ts';
import { inventPerson } from './people.ts';
import type { Person } from './people.ts';
import { Chance } from './random.ts';
import type { Topic } from './words.ts';

const TOPICS: readonly Topic[] = ['bill', 'fault', 'contract', 'connection'];

/** Of those who begin, how many only call and stay unknown. */
const STRANGER_SHARE = 0.015;

/** One passage through the journey, as far as it goes. */
function passage(story: Story, startsAt: number): void {
  const wants = lookAround(story, startsAt);
  if (wants === null) return;
  const leaves = order(story, wants.at, wants.device);
  if (leaves === null) return;
  const delivered = deliver(story, leaves);
  if (delivered === null) return;
  const active = install(story, delivered);
  if (active === null) return;
  liveOn(story, firstBill(story, active));
}

/** Tells the whole story of one customer from a first visit on; it may go on for months. */
export function tellStory(person: Person, startsAt: number, chance: Chance, world: World): Story {
  const story = new Story(person, chance, world);
  if (chance.happens(0.03)) {
    askAsOldCustomer(story, startsAt);
    return story;
  }
  if (chance.happens(STRANGER_SHARE)) {
    callAsStranger(story, suited(startsAt, 'desk', chance));
    return story;
  }
  if (chance.happens(0.006)) return twoHomes(story, startsAt);
  passage(story, startsAt);
  const excludedAt = story.cases.at(-1)?.excludedAt ?? 0;
  if (excludedAt !== 0 && chance.happens(0.12)) passage(story, suited(excludedAt + chance.between(3, 12) * DAY, 'digital', chance));
  return story;
}

/** Somebody calls of whom nothing but their number is known, and does not say who they are. */
function callAsStranger(story: Story, startsAt: number): void {
  const { chance } = story;
  const topic = chance.pick(TOPICS);
  const tell = (at: number, type: string): number => story.tell(at, 'care_call', 'stranger', { type, topic });
  const answered = tell(tell(startsAt, 'contact.queued') + chance.around(60, 0.8) * 1000, 'contact.answered');
  tell(answered + chance.around(3, 0.5) * MINUTE, 'contact.ended');
}

/** Customers from before the first week: they get in touch outside any case. */
function askAsOldCustomer(story: Story, startsAt: number): void {
  const { chance } = story;
  signIn(story, 'app', startsAt);
  contact(story, { at: startsAt + chance.between(0.2, 5) * HOUR, topic: chance.pick(TOPICS), hard: 0.3 });
}

/** A second connection for another address, while the first is under way: told apart by caseId. */
function twoHomes(first: Story, startsAt: number): Story {
  const { person, chance, world } = first;
  first.caseId = `${person.mark}-home-1`;
  passage(first, startsAt);
  const second = new Story(person, chance, world);
  second.caseId = `${person.mark}-home-2`;
  second.orders = 10;
  second.tickets = 1000;
  passage(second, suited(startsAt + chance.between(2, 12) * DAY, 'digital', chance));
  first.drafts.push(...second.drafts);
  first.promises.push(...second.promises);
  first.cases.push(...second.cases);
  first.moods.push(...second.moods);
  return first;
}

/** The person behind a number, and the chance that goes on telling their story: pure functions of seed and number. */
export function personOf(
  seed: number,
  run: string,
  index: number,
  withPhone: boolean,
): { readonly person: Person; readonly chance: Chance } {
  const chance = new Chance(seed, index + 1);
  return { person: inventPerson(run, index, chance, withPhone), chance };
}
