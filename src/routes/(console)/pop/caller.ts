/** Fields of a screen pop, the most telling first, with the kind of identifier each one names; null: any kind. */
const FIELDS = [
  ['customer', 'customerId'],
  ['ticket', 'ticketId'],
  ['order', 'orderId'],
  ['email', 'email'],
  ['phone', 'phone'],
  ['ani', 'phone'],
  ['q', null],
] as const;

const LONGEST = 200;
/** What telephone systems put in the place of a number that is withheld, in lower case. */
const WITHHELD = new Set([
  ...['', '0', '-', 'anonymous', 'anonym', 'restricted', 'private', 'withheld', 'blocked', 'unknown', 'unbekannt', 'unavailable'],
  ...['unterdrückt', 'no number', 'not available', 'null', 'none', 'undefined'],
  // The words ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE on a telephone's keys, as some carriers send them.
  ...['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253'],
]);

/** One identifier to look for. */
export interface LookUp {
  /** only people known by this kind of identifier count; null: any kind */
  readonly kind: string | null;
  /** what was handed over, repaired, at most 200 characters */
  readonly value: string;
}

/** What a telephone system asks for. */
export interface Asked {
  /** in the order in which they are to be tried */
  readonly lookUps: readonly LookUp[];
  /** a call came, and its number is withheld */
  readonly withheld: boolean;
}

/** Reads the fields of a screen pop, from a query, a fragment or a form. */
export function askedOf(field: (name: string) => string | null): Asked {
  const lookUps: LookUp[] = [];
  let withheld = false;
  for (const [name, kind] of FIELDS) {
    const sent = field(name);
    if (sent === null) continue;
    const value = repaired(kind, sent).slice(0, LONGEST);
    if (kind === 'phone' && WITHHELD.has(value.toLowerCase())) withheld = true;
    else if (value !== '' && !lookUps.some((one) => one.kind === kind && one.value === value)) lookUps.push({ kind, value });
  }
  return { lookUps, withheld };
}

/** A plus sign in a query arrives as a space: `?phone=+49…` must still find the caller, and `ada+shop@…` must stay one address. */
function repaired(kind: string | null, sent: string): string {
  const text = sent.replace(/^ (?=\d)|^\s*%2B(?=\d)/i, '+').trim();
  if (kind === 'phone') return telephoneOf(text);
  return kind === 'email' ? text.replace(/^mailto:/i, '').replaceAll(' ', '+') : text;
}

/** `"Ada" <sip:+4930123@host;user=phone>` and `tel:+4930123` are the number they carry. */
function telephoneOf(text: string): string {
  const address = /<([^<>]+)>/.exec(text)?.[1] ?? text;
  const [number = ''] = address.replace(/^(sips?|tel):/i, '').split(/[@;]/);
  return number.trim();
}
