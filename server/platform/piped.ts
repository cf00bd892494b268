import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/**
 * Lets a source that fails while it is piped into an answer end that answer alone. Whoever serves the built files pipes them without a look at
 * errors, and one that cannot be read, such as of a build that was replaced meanwhile, would end the process.
 * @param tell hears of it
 */
export function endWithSource(response: ServerResponse, tell: (cause: Error) => void): void {
  response.on('pipe', (source: Readable) => {
    source.once('error', (cause) => {
      tell(cause);
      response.destroy();
    });
  });
}
