/** The first key of WRITE_KEY, which may hold one alone or several with their names: `shop:key,web:key`. */
const FIRST_KEY = `$(printf %s "$WRITE_KEY" | sed 's/,.*//; s/.*://')`;

/**
 * A line that sends one event when pasted into a shell on this machine. The key itself is not in it: the shell reads it.
 * @param address origin of the running app, e.g. `http://127.0.0.1:4070`
 * @param writeKeyFile where the key is kept; null where the operator set it as WRITE_KEY
 */
export function firstEventLine(address: string, writeKeyFile: string | null): string {
  const key = writeKeyFile === null ? FIRST_KEY : `$(cat ${quoted(writeKeyFile)})`;
  const event = {
    customer: { email: 'first@example.com' },
    type: 'page.viewed',
    channel: 'web',
    text: 'Looking around, and quite happy so far',
  };
  return `curl -sS ${address}/v1/events -H "authorization: Bearer ${key}" -H 'content-type: application/json' -d '${JSON.stringify(event)}'`;
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
