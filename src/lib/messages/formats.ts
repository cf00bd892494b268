/** Intl's formatters, which cost far more to make than to use: each is made once for a locale and its options. */
class Formats {
  readonly #numbers = new Map<string, Intl.NumberFormat>();
  readonly #dates = new Map<string, Intl.DateTimeFormat>();
  readonly #plurals = new Map<string, Intl.PluralRules>();
  readonly #lists = new Map<string, Intl.ListFormat>();

  number(locale: string, maximumFractionDigits: number, minimumFractionDigits = 0): Intl.NumberFormat {
    const digits = { minimumFractionDigits, maximumFractionDigits };
    return kept(this.#numbers, `${locale} ${minimumFractionDigits} ${maximumFractionDigits}`, () => new Intl.NumberFormat(locale, digits));
  }

  date(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    return kept(this.#dates, `${locale} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options));
  }

  plural(locale: string): Intl.PluralRules {
    return kept(this.#plurals, locale, () => new Intl.PluralRules(locale));
  }

  list(locale: string, type: 'conjunction' | 'disjunction'): Intl.ListFormat {
    return kept(this.#lists, `${locale} ${type}`, () => new Intl.ListFormat(locale, { type }));
  }
}

export const formats = new Formats();

function kept<Format>(made: Map<string, Format>, key: string, make: () => Format): Format {
  const found = made.get(key) ?? make();
  made.set(key, found);
  return found;
}
