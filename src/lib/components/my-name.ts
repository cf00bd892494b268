const NAME = 'x-actor-name';

/** The name under which this browser speaks: self-given, kept in a cookie that every request carries; empty where none was given. */
export function myName(): string {
  const pair = document.cookie.split(';').find((part) => part.trimStart().startsWith(`${NAME}=`));
  const value = pair?.slice(pair.indexOf('=') + 1) ?? '';
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Keeps another name. */
export function keepMyName(name: string): void {
  document.cookie = `${NAME}=${encodeURIComponent(name.trim().slice(0, 60))}; Path=/; Max-Age=31536000; SameSite=Lax`;
}
