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

/** Loads the page afresh, but only when the server answers: a browser's error page has nobody to press reload. */
export async function reloadWhenHealthy(): Promise<void> {
  try {
    const answer = await fetch('/healthz', { cache: 'no-store' });
    if (answer.ok) location.reload();
  } catch {
    // Not yet; the caller asks again.
  }
}
