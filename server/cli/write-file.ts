import { writeFileSync } from 'node:fs';
import { Fault } from '#lib/contract/index.ts';

/** Writes what somebody asked for into a file. @throws Fault `bad_request` where it cannot be written there */
export function writeFile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new Fault('bad_request', `${path} cannot be written${reason}.`, { cause });
  }
}
