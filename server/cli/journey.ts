import { basename } from 'node:path';
import { runCommand } from './command-line.ts';
import { runJourney } from './journey-command.ts';

// The bundler may make another program load this file for what the two share; only the command itself may run.
if (/^journey\.[jt]s$/.test(basename(process.argv[1] ?? ''))) await runCommand(runJourney);
