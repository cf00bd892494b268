/** From here on a mail quotes an earlier one. */
const REPLY_BEGINS = [
  /^on .{6,200} wrote:\s*$/iu,
  /^am .{6,200} schrieb.{0,100}:\s*$/iu,
  /^-{2,}\s*(original|forwarded|ursprüngliche|weitergeleitete)\b.*$/iu,
  /^_{10,}\s*$/u,
  /^(from|von):\s.+@.+$/iu,
];
/** From here on it is a signature. */
const SIGNATURE_BEGINS = [
  /^--\s*$/u,
  /^(sent from my|get outlook for|von meinem .{2,30} gesendet|gesendet mit)\b.*$/iu,
  /^((kind|best|warm|many) regards|regards|sincerely|yours (sincerely|truly|faithfully)|mit freundlichen grüßen|freundliche grüße|beste grüße|viele grüße|mfg)[\s,.!]*$/iu,
];
/** A name after a greeting has few lines; what is longer is text. */
const SIGNATURE_LINES = 8;
const COMPANY_SPEAKS =
  /^\W{0,2}(agent|support|advisor|adviser|representative|rep|operator|assistant|bot|chatbot|mitarbeiter(in)?|berater(in)?)\s?:/iu;
const CUSTOMER_SPEAKS = /^\W{0,2}(customer|client|caller|me|visitor|kunde|kundin|ich)\s?:\s*/iu;

/**
 * The customer's own words: without quoted mails, signatures, and what an agent says in a transcript with names before each line.
 * @returns empty where nothing is the customer's
 */
export function ownWords(text: string): string {
  if (!text.includes('\n') && !COMPANY_SPEAKS.test(text)) return text.replace(CUSTOMER_SPEAKS, '');
  const kept: string[] = [];
  const lines = text.split(/\r?\n/u);
  let company = false;
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (REPLY_BEGINS.some((begins) => begins.test(line))) break;
    if (lines.length - index <= SIGNATURE_LINES && SIGNATURE_BEGINS.some((begins) => begins.test(line))) break;
    if (line.startsWith('>')) continue;
    if (COMPANY_SPEAKS.test(line)) company = true;
    else if (CUSTOMER_SPEAKS.test(line)) company = false;
    if (!company) kept.push(line.replace(CUSTOMER_SPEAKS, ''));
  }
  return kept.join('\n').trim();
}
