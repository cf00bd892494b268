import { basename } from 'node:path';
import { runBench } from './bench/command.ts';
import { runGenerator } from './bench/generator.ts';
import { runCommand } from './command-line.ts';

// The bundler may make another program load this file for what the two share; only the command itself may run.
if (/^bench\.[jt]s$/.test(basename(process.argv[1] ?? ''))) {
  if (process.argv[2] === 'send') runGenerator();
  else await runCommand(runBench);
}
