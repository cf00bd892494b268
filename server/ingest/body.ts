import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** A request's body as text, or why there is none. */
export type ReadBody =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly code: BodyProblem; readonly message: string };
/** `gone`: the sender hung up, nobody waits for an answer. */
export type BodyProblem = 'bad_request' | 'too_large' | 'unsupported_encoding' | 'gone';

const inflate = promisify(gunzip);
/** A sender that is told off in mid-sentence never reads the answer, so this many times the limit is read and thrown away first. */
const PATIENCE = 8;

/**
 * Reads a body: gzip or identity by `content-encoding`, strictly UTF-8, never more than the limit before or after inflating.
 * @param limitBytes largest body
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<ReadBody> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const received = await collect(request, limitBytes);
  if (!['gzip', 'x-gzip', 'identity', ''].includes(encoding))
    return problem('unsupported_encoding', 'The body may be sent as it is or compressed once with gzip.');
  if (received === 'gone') return problem('gone', 'The sender hung up.');
  if (received === 'too_large') return problem('too_large', `The body is larger than ${limitBytes} bytes.`);
  const plain = encoding.endsWith('gzip') ? await inflated(received, limitBytes) : received;
  return Buffer.isBuffer(plain) ? decoded(plain) : plain;
}

/** Collects up to the limit; past it goes on reading for a while without keeping anything. */
function collect(request: IncomingMessage, limitBytes: number): Promise<Buffer | 'too_large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (bytes > limitBytes * PATIENCE) resolve('too_large');
    });
    request.once('end', () =>
      resolve(bytes > limitBytes ? 'too_large' : chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
    );
    request.once('error', () => resolve('gone'));
    request.once('close', () => resolve('gone'));
  });
}

async function inflated(compressed: Buffer, limitBytes: number): Promise<Buffer | ReadBody> {
  try {
    return await inflate(compressed, { maxOutputLength: limitBytes });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      return problem('too_large', `The body is larger than ${limitBytes} bytes when inflated.`);
    return problem('bad_request', 'The body says that it is gzip, but it cannot be inflated.');
  }
}

function decoded(bytes: Buffer): ReadBody {
  if (!isUtf8(bytes)) return problem('bad_request', 'The body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  return { ok: true, text: text.startsWith('\ufeff') ? text.slice(1) : text };
}

function problem(code: BodyProblem, message: string): ReadBody {
  return { ok: false, code, message };
}
