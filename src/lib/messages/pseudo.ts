const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ACCENTED = 'áƀçđéƒǧĥíĵķĺḿñóþɋŕšţúṽŵẋýžÁƁÇĐÉƑǦĤÍĴĶĹḾÑÓÞɊŔŠŢÚṼŴẊÝŽ';

/**
 * English as a language that nobody speaks: accented, in brackets, and about a third longer because vowels are doubled, which stretches words as German does.
 * What is read on a page without brackets did not come from the messages.
 */
export function pseudo(text: string): string {
  const strange = Array.from(text, (letter) => {
    const accented = ACCENTED[PLAIN.indexOf(letter)] ?? letter;
    return PLAIN.includes(letter) && 'aeiouAEIOU'.includes(letter) ? accented.repeat(2) : accented;
  });
  return `⟦${strange.join('')}⟧`;
}
