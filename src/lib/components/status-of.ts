/**
 * The status with which an address answers now; null: nobody does. What comes with it is let go: a body that nobody reads holds its connection, of
 * which a browser has only a few for one server, and the page counts as busy for as long.
 */
export async function statusOf(address: string, signal?: AbortSignal): Promise<number | null> {
  try {
    const answer = await fetch(address, { cache: 'no-store', ...(signal && { signal }) });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return null;
  }
}
