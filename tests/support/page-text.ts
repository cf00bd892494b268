import type { Page } from 'playwright-core';

/** Text on a page that no message said, and text that does not fit: both as they are read, each once. */
export interface TextFindings {
  readonly unsaid: readonly string[];
  readonly cut: readonly string[];
}

/**
 * Reads a page in the language of the tests (`?lang=en-XA`), in which what comes from the messages stands in brackets. `data` are words that customers,
 * journeys and sources bring with them; figures, dates, code, keys and identifiers are no words.
 */
export function textFindings(page: Page, data: readonly string[]): Promise<TextFindings> {
  return page.evaluate(
    readPage,
    [...data].sort((a, b) => b.length - a.length),
  );
}

/** Runs in the page, so it must hold everything it needs. */
function readPage(data: readonly string[]): TextFindings {
  const FIGURES =
    /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\b|\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\b|\b(?:UTC|GMT|CET|CEST)\b|\b[0-9a-f]{8,}\b|\bv\d+\b|\bn\b(?= ?[\d,]+)|\bp(?:50|90)\b|Throughline/g;
  const NO_WORDS = 'script, style, noscript, code, kbd, pre, svg title, [lang="de"], [lang="en"], time[data-raw], blockquote, canvas';

  const left = (text: string): string => {
    let rest = text;
    for (let before = ''; before !== rest;) [before, rest] = [rest, rest.replace(/⟦[^⟦⟧]*⟧/g, ' ')];
    for (const word of data) rest = rest.split(word).join(' ');
    return rest.replace(FIGURES, ' ');
  };
  const unsaid = new Set<string>();
  const note = (text: string | null, where: string): void => {
    if (text !== null && /\p{L}{2,}/u.test(left(text))) unsaid.add(`${where}${text.trim().replace(/\s+/g, ' ').slice(0, 120)}`);
  };
  const seen = (element: Element): boolean => element.closest(NO_WORDS) === null && element.getClientRects().length > 0;
  const cut = new Set<string>();

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const parent = node.parentElement;
    if (parent !== null && (node.nodeValue ?? '').trim() !== '' && seen(parent)) note(node.nodeValue, '');
  }
  for (const element of document.querySelectorAll('*')) {
    if (!seen(element)) continue;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-label']) note(element.getAttribute(name), `${name}: `);
    if (
      element.childElementCount > 0 ||
      (element.textContent ?? '').trim() === '' ||
      element.closest('.hidden-visually, [aria-hidden="true"].volume')
    )
      continue;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const scrolls = (at: Element | null): boolean =>
      at !== null && at !== document.body && (/auto|scroll/.test(getComputedStyle(at).overflowX) || scrolls(at.parentElement));
    const told = element.closest('[title]') !== null;
    if (style.overflowX !== 'visible' && !told && element.scrollWidth > element.clientWidth + 1 && !/auto|scroll/.test(style.overflowX))
      cut.add(`cut off: ${(element.textContent ?? '').trim().slice(0, 80)}`);
    else if (box.right > document.documentElement.clientWidth + 1 && box.left >= 0 && !scrolls(element.parentElement))
      cut.add(`beyond the edge: ${(element.textContent ?? '').trim().slice(0, 80)}`);
  }
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth + 1)
    cut.add(`the page is ${document.documentElement.scrollWidth} px wide on ${document.documentElement.clientWidth}`);
  note(document.title, 'page title: ');
  return { unsaid: [...unsaid], cut: [...cut] };
}
