import { statusOf } from '#lib/components/status-of.ts';

/** Keeps a screen awake for as long as the page is in sight. Returns how to let it sleep; does nothing where the browser cannot. */
export function keepAwake(): () => void {
  if (!('wakeLock' in navigator)) return () => undefined;
  let lock: WakeLockSentinel | undefined;
  const take = async () => {
    if (document.visibilityState !== 'visible') return;
    try {
      lock = await navigator.wakeLock.request('screen');
    } catch {
      // Refused (battery, policy): the picture is still right, only the screen may go dark.
    }
  };
  const again = () => void take();
  document.addEventListener('visibilitychange', again);
  again();
  return () => {
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
  };
}

/** An answer that takes longer is none; the caller asks again. */
const ANSWERS_WITHIN_MS = 10_000;

/** Loads the page afresh, but only when it would come: the last figures, greyed, are worth more than an error page, and a browser's own never goes away. */
export async function reloadWhenHealthy(): Promise<void> {
  if ((await statusOf(location.href, AbortSignal.timeout(ANSWERS_WITHIN_MS))) === 200) location.reload();
}
