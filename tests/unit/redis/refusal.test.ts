import { expect, it } from 'vitest';
import { explainRefusal } from '#server/redis/refusal.ts';

it('files of the store that belong to somebody else are not called damaged: nobody is told to cut them off', () => {
  const log =
    "1:M 27 Nov 2026 23:44:29.387 # Fatal error: can't open the AOF manifest file appendonlydir/appendonly.aof.manifest for reading: Permission denied\n";
  const { code, message } = explainRefusal('/srv/data/redis', log);
  expect(code).toBe('bad_config');
  expect(message).toContain('Give the folder and what is in it to the user who starts the app.');
  expect(message).not.toContain('--fix');
});
