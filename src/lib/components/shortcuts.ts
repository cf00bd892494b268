/** The keys of the frame, as the help shows them; what they do is worded in the messages of the frame. Keys with a `path` go there after `g`. */
export const SHORTCUTS = [
  { keys: '/', does: 'find' },
  { keys: 'Ctrl/⌘ K', does: 'findAnywhere' },
  { keys: 'g f', does: 'funnel', path: '/funnel' },
  { keys: 'g h', does: 'heat', path: '/heat' },
  { keys: 'g m', does: 'moments', path: '/moments' },
  { keys: 'g c', does: 'customers', path: '/c' },
  { keys: 'g q', does: 'queue', path: '/queue' },
  { keys: 'g w', does: 'wall', path: '/wall/now' },
  { keys: 'p', does: 'pause' },
  { keys: 'n p o i', does: 'state' },
  { keys: 'j k a s e', does: 'care' },
  { keys: '[ ]', does: 'window' },
  { keys: ', . r l', does: 'replay' },
  { keys: '↑ ↓ ← →', does: 'move' },
  { keys: '1 – 9', does: 'open' },
  { keys: 'Esc', does: 'close' },
  { keys: '?', does: 'help' },
] as const;

/** What the frame can do on a key. */
export interface ShortcutActions {
  readonly go: (path: string) => void;
  readonly find: () => void;
  readonly pause: () => void;
  readonly help: () => void;
}

/** The second key of `g ?` must follow within this time, ms. */
const SEQUENCE_MS = 1_200;

/** Reads single keys into actions. Returns what handles one key: true where the key was ours. */
export function shortcutReader(actions: ShortcutActions): (key: string, nowMs: number) => boolean {
  let leaderAtMs = -Infinity;
  const single: Readonly<Record<string, () => void>> = { '/': actions.find, p: actions.pause, '?': actions.help };
  return (key, nowMs) => {
    const follows = nowMs - leaderAtMs <= SEQUENCE_MS;
    leaderAtMs = -Infinity;
    if (follows) {
      const target = SHORTCUTS.find((shortcut) => shortcut.keys === `g ${key}`);
      if (target && 'path' in target) actions.go(target.path);
      return target !== undefined;
    }
    if (key === 'g') {
      leaderAtMs = nowMs;
      return true;
    }
    single[key]?.();
    return single[key] !== undefined;
  };
}

/** Whether a key press is Ctrl+K or ⌘K: it finds a customer anywhere, also while somebody types, and where single keys are switched off. */
export function isFindChord(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): boolean {
  return event.key.toLowerCase() === 'k' && event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey;
}

/** Whether a key press belongs to a field or to the browser, not to us. */
export function isTyping(event: Pick<KeyboardEvent, 'target' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'>): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  return isField(event.target);
}

/** Whether an element takes text. */
export function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}
