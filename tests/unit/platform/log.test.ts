import { expect, test } from 'vitest';
import { createLog } from '#server/platform/log.ts';

/** What one call writes. */
function written(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog('info', { write: (line) => lines.push(line) }));
  return lines.join('');
}

test('no personal field reaches the log, however deep it lies', () => {
  const secret = 'ada@example.org';
  const line = written((log) =>
    log.info(
      {
        email: secret,
        request: { body: { customer: { email: secret } } },
        rows: [{ phone: secret }, { text: secret, raw: secret }],
        partition: 3,
      },
      'refused',
    ),
  );
  expect(line).not.toContain(secret);
  expect(JSON.parse(line)).toMatchObject({
    level: 'info',
    msg: 'refused',
    partition: 3,
    rows: [{ phone: '[redacted]' }, { text: '[redacted]' }],
  });
});

test('child loggers keep the promise', () => {
  const line = written((log) => log.child({ door: 'segment', phone: '+491701' }).warn({ writeKey: 'k-secret' }, 'x'));
  expect(line).toContain('segment');
  expect(line).not.toMatch(/k-secret|491701/);
});

test('an error is logged with its message, code and cause, without the fields that libraries hang on it', () => {
  const error = Object.assign(new Error('closed', { cause: new Error('reset') }), { code: 'ECONNRESET', args: ['ada@example.org'] });
  const line = written((log) => log.error({ err: error }, 'write failed'));
  expect(JSON.parse(line)).toMatchObject({ err: { type: 'Error', message: 'closed', code: 'ECONNRESET', cause: { message: 'reset' } } });
  expect(line).not.toContain('ada@example.org');
});

test('lines below the level are not written', () => {
  expect(written((log) => log.debug('quiet'))).toBe('');
});
