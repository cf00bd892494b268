/** Name of the cookie in which a browser tells its time zone: `app.html` writes it. */
export const ZONE_COOKIE = 'zone';
/** Longer is no zone's name. */
const LONGEST = 64;

/** In which time zone instants are written: in a browser its own; on the server that of the request being answered, so that the first paint stays as it is. */
class Place {
  #ofRequest: () => string | undefined = () => undefined;

  /** IANA name; undefined: that of the machine */
  get zone(): string | undefined {
    return this.#ofRequest();
  }

  /** For the server, which answers several people at a time. */
  follow(ofRequest: () => string | undefined): void {
    this.#ofRequest = ofRequest;
  }
}

export const place = new Place();

/** A zone by its one true name, `europe/berlin` -> `Europe/Berlin`; undefined where there is none of that name. */
export function readZone(text: string | undefined): string | undefined {
  if (text === undefined || text.length > LONGEST || !/^[A-Za-z][\w+/-]*$/.test(text)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** The zone in which the page being answered is written. */
export function writtenZone(): string {
  return place.zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Lets a page be seen that came in another zone than this browser's, now that its times are written anew. */
export function letBeSeen(): void {
  delete document.documentElement.dataset['unseen'];
}
