/** Below this, whole numbers are written once. */
const WHOLE_KEPT = 1000;

/** Intl's formatters, which cost far more to make than to use: each is made once for a locale and its options. */
class Formats {
  /** by locale, then by digits */
  readonly #numbers = new Map<string, Map<number, Intl.NumberFormat>>();
  /** by locale: small whole numbers, written once */
  readonly #whole = new Map<string, string[]>();
  readonly #money = new Map<string, Intl.NumberFormat>();
  readonly #dates = new Map<string, Intl.DateTimeFormat>();
  readonly #plurals = new Map<string, Intl.PluralRules>();
  /** by locale: of small whole numbers */
  readonly #categories = new Map<string, Intl.LDMLPluralRule[]>();
  readonly #languages = new Map<string, Intl.DisplayNames>();
  readonly #lists = new Map<string, Intl.ListFormat>();

  number(locale: string, maximumFractionDigits: number, minimumFractionDigits = 0): Intl.NumberFormat {
    const ofLocale = kept(this.#numbers, locale, () => new Map<number, Intl.NumberFormat>());
    const digits = { minimumFractionDigits, maximumFractionDigits };
    return kept(ofLocale, 32 * minimumFractionDigits + maximumFractionDigits, () => new Intl.NumberFormat(locale, digits));
  }

  /** A number with at most `digits` decimals, as the locale writes it. Most figures of a page are small and whole: those are looked up. */
  written(locale: string, value: number, digits: number): string {
    const rounded = digits === 0 ? Math.round(value) : value;
    // A hyphen is no minus: beside a signed number it would read as another sign.
    if (value < 0) return this.number(locale, digits).format(value).replace('-', '−');
    if (rounded >= WHOLE_KEPT || !Number.isInteger(rounded)) return this.number(locale, digits).format(value);
    const ofLocale = kept(this.#whole, locale, (): string[] => []);
    return (ofLocale[rounded] ??= this.number(locale, 0).format(rounded));
  }

  money(locale: string, currency: string, digits: number): Intl.NumberFormat {
    const options = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
    return kept(this.#money, `${locale} ${currency} ${digits}`, () => new Intl.NumberFormat(locale, options));
  }

  date(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    return kept(this.#dates, `${locale} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options));
  }

  /** The plural category of a number. */
  plural(locale: string, value: number): Intl.LDMLPluralRule {
    const rules = kept(this.#plurals, locale, () => new Intl.PluralRules(locale));
    if (value < 0 || value >= WHOLE_KEPT || !Number.isInteger(value)) return rules.select(value);
    const ofLocale = kept(this.#categories, locale, (): Intl.LDMLPluralRule[] => []);
    return (ofLocale[value] ??= rules.select(value));
  }

  /** The name of a language by its code; what is no code is left as it is. */
  language(locale: string, code: string): string {
    try {
      return kept(this.#languages, locale, () => new Intl.DisplayNames(locale, { type: 'language' })).of(code) ?? code;
    } catch {
      return code;
    }
  }

  list(locale: string, type: 'conjunction' | 'disjunction'): Intl.ListFormat {
    return kept(this.#lists, `${locale} ${type}`, () => new Intl.ListFormat(locale, { type }));
  }
}

export const formats = new Formats();

function kept<Key, Format>(made: Map<Key, Format>, key: Key, make: () => Format): Format {
  const found = made.get(key);
  if (found !== undefined) return found;
  const format = make();
  made.set(key, format);
  return format;
}
