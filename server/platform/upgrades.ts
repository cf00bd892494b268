import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Headers that offer another protocol; without them a request is an ordinary one. */
const OFFERS: ReadonlySet<string> = new Set(['upgrade', 'http2-settings', 'connection']);

/**
 * Answers requests that offer to go on in another protocol than WebSocket as if they had not: nobody has to take up such an offer (RFC 9110, 7.8).
 * Java's own HTTP client and `curl --http2` offer HTTP/2 with what they send. As soon as anybody listens for WebSockets, Node hands all offers to
 * them and to nobody else, and the request would wait for ever.
 */
export function declineUpgrades(http: Server): void {
  // Newer versions of Node ask; older ones have to be given the request once more, without the offer.
  if ('shouldUpgradeCallback' in http) {
    http.shouldUpgradeCallback = isWebSocket;
    return;
  }
  http.on('upgrade', (request: IncomingMessage, socket: Socket, rest: Buffer) => {
    if (isWebSocket(request)) return;
    socket.unshift(Buffer.concat([Buffer.from(plainHead(request), 'latin1'), rest]));
    http.emit('connection', socket);
  });
}

/** Answers whoever wants to speak WebSocket anywhere but below a path: who listens there leaves other offers alone, and they would stay open for ever. */
export function refuseOtherSockets(http: Server, path: string): void {
  http.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    if (!isWebSocket(request) || request.url?.startsWith(path) === true) return;
    // Whoever is gone meanwhile needs no answer, and whoever stays is not waited for.
    socket.on('error', () => socket.destroy()).once('finish', () => socket.destroy());
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** The head of a request as it came, without the offer. */
function plainHead({ method = 'GET', url = '/', httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!OFFERS.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[at + 1] ?? ''}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
