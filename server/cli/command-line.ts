import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { Fault, thrownWords } from '#lib/contract/index.ts';
import { readConfig } from '#server/config.ts';
import type { Config } from '#server/config.ts';

/** Reads what a command was called with. @throws Fault `bad_request` with its usage where it cannot be called like that */
export function readArguments<const Shape extends Omit<ParseArgsConfig, 'args'>>(argv: readonly string[], shape: Shape, usage: string) {
  try {
    return parseArgs({ ...shape, args: [...argv] });
  } catch (cause) {
    throw new Fault('bad_request', `${thrownWords(cause)}\n\n${usage}`, { cause });
  }
}

/**
 * Runs a command with this process's arguments and environment. Ends with code 1 where it cannot do what it is asked, after saying why.
 * @param command answers whether all is well, where it can be otherwise without a fault
 */
export async function runCommand(command: (argv: readonly string[], config: Config) => Promise<unknown>): Promise<void> {
  try {
    if ((await command(process.argv.slice(2), readConfig())) === false) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
