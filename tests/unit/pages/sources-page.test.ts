import { expect, test } from 'vitest';
import { keptWords } from '../../../src/routes/(console)/sources/kept-words.ts';

test('where accepted does not mean fsynced, the page says what a crash may take and how to keep it', () => {
  expect(keptWords('fsync-always')).toBeNull();
  expect(keptWords('fsync-everysec')).toMatch(/last second.*appendfsync always/);
  expect(keptWords('none')).toMatch(/appendonly yes and appendfsync always/);
  expect(keptWords('unknown')).toMatch(/does not say/);
});
