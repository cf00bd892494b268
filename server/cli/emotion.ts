import { basename } from 'node:path';
import { runCommand } from './command-line.ts';
import { runEmotion } from './emotion-command.ts';

// The bundler may make another program load this file for what the two share; only the command itself may run.
if (/^emotion\.[jt]s$/.test(basename(process.argv[1] ?? '')))
  await runCommand(async (argv, config) => {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    process.stdout.write(`${await runEmotion(argv, config, say)}\n`);
  });
