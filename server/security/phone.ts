import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** Turns what somebody typed into E.164 (`+491701234567`); undefined where it is no telephone number. */
export type PhoneReader = (typed: string) => string | undefined;

const LONGEST_TYPED = 40;
const REMEMBERED = 20_000;
const ONE_DIGIT_ONLY = /^(\d)\1*$/;

/** Whether telephone numbers of this country can be read without their country code. */
export function isPhoneRegion(region: string): boolean {
  return isSupportedCountry(region);
}

/**
 * Makes a reader of telephone numbers. It remembers recent answers, because parsing one number costs as much as the whole rest of an event.
 * @param region ISO country whose numbers may come without country code, e.g. `DE`; an unknown one means: only international forms
 */
export function createPhoneReader(region: string): PhoneReader {
  const recent = new Map<string, string | undefined>();
  return (typed) => {
    if (recent.has(typed)) return recent.get(typed);
    const phone = readPhone(typed, region);
    if (recent.size >= REMEMBERED) recent.clear();
    recent.set(typed, phone);
    return phone;
  };
}

/**
 * Reads one telephone number, in national form or beginning with `+` or `00`, also as a link (`tel:+49-170-1234567`).
 * "Possible" is asked for, not "assigned": numbering plans change faster than anybody updates, and a refused number costs a customer's history.
 * @param region see `createPhoneReader`
 * @returns E.164 without extension, or undefined
 */
export function readPhone(typed: string, region: string): string | undefined {
  if (typed.length > LONGEST_TYPED) return undefined;
  const international = typed
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/^tel: ?/i, '')
    .replace(/^\( ?(\+|00) ?(\d{1,3}) ?\)/, '$1$2 ')
    .replace(/^00(?=[\s(]*[1-9])/, '+');
  const options = isSupportedCountry(region) ? { defaultCountry: region, extract: false } : { extract: false };
  const phone = parsePhoneNumberFromString(international, options);
  if (phone === undefined || !phone.isPossible() || ONE_DIGIT_ONLY.test(phone.nationalNumber)) return undefined;
  return phone.number;
}
