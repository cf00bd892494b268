import { pino, type DestinationStream, type Logger } from 'pino';

/** How much is logged. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The process's log: JSON lines. */
export type Log = Logger;

/** Fields that hold personal data or a secret. A log line outlives an erasure, so they never reach one, however they are nested. */
const PERSONAL_FIELDS: ReadonlySet<string> = new Set([
  ...[
    'email',
    'phone',
    'customer',
    'customerId',
    'anonymousId',
    'orderId',
    'ticketId',
    'userId',
    'identifiers',
    'traits',
    'name',
    'address',
    'ip',
  ],
  ...['text', 'raw', 'body', 'payload', 'attributes'],
  ...['authorization', 'cookie', 'writeKey', 'password', 'token', 'url'],
]);
const REDACTED = '[redacted]';
const DEEPEST = 6;

/**
 * Makes the log.
 * @param level the least level written
 * @param destination where lines go; default standard output
 */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    // Bindings of child loggers do not pass the formatter below.
    redact: { paths: [...PERSONAL_FIELDS], censor: REDACTED },
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => withoutPersonal(fields),
    },
    serializers: { err: plainError, error: plainError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function withoutPersonal(fields: Record<string, unknown>, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      PERSONAL_FIELDS.has(name) && value !== undefined ? REDACTED : cleaned(value, depth + 1),
    ]),
  );
}

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error || value instanceof Date) return value;
  if (depth > DEEPEST) return REDACTED;
  if (Array.isArray(value)) return value.map((item) => cleaned(item, depth + 1));
  return withoutPersonal({ ...value }, depth);
}

/** Only what an error says of itself: fields that libraries hang on it (commands, arguments, requests) may hold events. */
function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const cause = error.cause === undefined ? {} : { cause: plainError(error.cause) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { type: error.name, message: error.message, stack: error.stack, ...code, ...cause };
}
