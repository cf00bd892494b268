import { describe, expect, test } from 'vitest';
import { ownWords } from '#server/domain/emotion/own-words.ts';

describe('the customer’s own words', () => {
  test.each([
    ['a plain text stays', 'Still waiting.', 'Still waiting.'],
    [
      'a quoted mail is left out',
      'This is not solved.\n\nOn Mon, 3 Mar 2025 Ada wrote:\n> Thank you, all is perfect',
      'This is not solved.',
    ],
    ['lines with > are left out', 'No.\n> We love to help\nStill no.', 'No.\nStill no.'],
    ['a forwarded mail is left out', 'See below\n-----Original Message-----\nFrom: x@example.com\nGreat!', 'See below'],
    ['a German reply line ends it', 'Geht nicht.\nAm 03.03.2025 um 10:00 schrieb Ada:\nAlles super', 'Geht nicht.'],
    ['a signature is left out', 'Where is it?\n-- \nKim, happy to help', 'Where is it?'],
    ['a telephone’s signature is left out', 'Where is it?\nSent from my iPhone', 'Where is it?'],
    ['regards and the name are left out', 'Please call.\nKind regards,\nJoy Love', 'Please call.'],
    [
      'what an agent says in a transcript is left out',
      'Customer: not good\nAgent: Wonderful, great!\nsplendid\nCustomer: no',
      'not good\nno',
    ],
    ['an agent’s line alone leaves nothing', 'Agent: I am so sorry, this is terrible', ''],
    ['the customer’s name tag goes', 'Me: it works', 'it works'],
  ])('%s', (_, text, own) => {
    expect(ownWords(text)).toBe(own);
  });

  test('regards in the middle of a long text are no signature', () => {
    const text = `Kind regards\n${'line\n'.repeat(12)}end`;
    expect(ownWords(text)).toBe(text.trim());
  });
});
