import type { SystemStatus } from '#lib/contract/index.ts';
import * as m from '#messages/sources.ts';

/** What a crash of the store may take of what was accepted; null: nothing. */
export function keptWords(durability: SystemStatus['durability']): string | null {
  switch (durability) {
    case 'fsync-always':
      return null;
    case 'fsync-everysec':
      return m.keptEverysec();
    case 'none':
      return m.keptNone();
    case 'unknown':
      return m.keptUnknown();
  }
}
