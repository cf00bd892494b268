import { Fault } from '#lib/contract/fault.ts';

/**
 * Why a server ended instead of starting, in words for the person in front of it. Damaged files are never mended here: mending cuts off what follows the damage.
 * @param dir the server's folder
 * @param log what it logged since it was started
 */
export function explainRefusal(dir: string, log: string): Fault {
  if (/No space left on device|ENOSPC/i.test(log)) {
    return new Fault(
      'store_full',
      `The disk that holds ${dir} is full. Free some space, then start again; nothing that was accepted is lost.`,
    );
  }
  // Before the files are called damaged: what cannot be opened only looks so.
  if (/Permission denied|EACCES/i.test(log)) {
    return new Fault(
      'bad_config',
      `The Redis server may not read and write all files in ${dir}. Give the folder and what is in it to the user who starts the app. What the server said: ${lastLine(log)}`,
    );
  }
  if (
    /Bad file format|redis-check-aof|valkey-check-aof|append only file.*(corrupt|unexpected|truncated)|Unexpected end of file|manifest/i.test(
      log,
    )
  ) {
    return new Fault(
      'store_unavailable',
      `The event files in ${dir}/appendonlydir are damaged and were left untouched. First copy the whole folder. Then \`redis-check-aof\` on the copy's manifest shows the place, and with --fix it cuts off everything after it. ` +
        `What the server said: ${lastLine(log)}`,
    );
  }
  return new Fault('store_unavailable', `The Redis server did not start. Its log is ${dir}/redis.log and ends with: ${lastLine(log)}`);
}

function lastLine(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim() ?? 'nothing';
}
