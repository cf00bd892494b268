/** Where a page of the console is shown inside a frame; null: only outside. @param url of the console, on our own origin */
export function placeInFrame({ pathname, search }: Pick<URL, 'pathname' | 'search'>): string | null {
  if (/^\/c\/[0-9a-f]{20}$/.test(pathname) || pathname === '/pop') return `/embed${pathname}${search}`;
  return pathname === '/c' ? '/embed/pop' : null;
}
