import { basename } from 'node:path';
import { runCommand } from './command-line.ts';
import { runVerify } from './verify-command.ts';

// The bundler may make another program load this file for what the two share; only the command itself may run.
if (/^verify\.[jt]s$/.test(basename(process.argv[1] ?? ''))) await runCommand(runVerify);
