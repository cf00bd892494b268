import { readFileSync } from 'node:fs';
import { defineScript } from 'redis';
import type { CommandParser } from 'redis';
import { projectFile } from '#server/platform/files.ts';

const source = (name: string): string => readFileSync(projectFile(`server/redis/scripts/${name}.lua`), 'utf8');

/** One event of an append: shard key, duplicate key, node it comes under, JSON line. */
export interface AppendLine {
  readonly shard: string;
  readonly key: string;
  readonly under: string;
  readonly line: string;
}

/** What became of an append: one character an event (`1` new, `0` duplicate), or how many entries wait already. */
export type AppendReply = { readonly accepted: true; readonly flags: string } | { readonly accepted: false; readonly waiting: number };

/** A Redis command as words; the key it writes comes second. */
export type Command = readonly [name: string, key: string, ...words: (string | Buffer)[]];

/** Replies of the commit script. */
export const COMMIT = { written: 1, fenced: 0, held: -1 } as const;

/** The scripts as typed commands of the client. */
export function scripts() {
  return {
    appendEvents: defineScript({
      SCRIPT: source('append'),
      IS_READ_ONLY: false,
      parseCommand(
        parser: CommandParser,
        target: { readonly log: string; readonly stat: string; readonly limit: number },
        lines: readonly AppendLine[],
      ) {
        parser.pushKeysLength([target.log, target.stat, ...lines.map((line) => line.shard)]);
        parser.push(String(target.limit), lines.map((line) => line.line).join('\n'));
        for (const line of lines) parser.push(line.key, line.under);
      },
      transformReply: (reply: unknown): AppendReply => {
        const [ok, rest] = reply as [number, string | number];
        return ok === 1 ? { accepted: true, flags: String(rest) } : { accepted: false, waiting: Number(rest) };
      },
    }),
    commitPartition: defineScript({
      SCRIPT: source('commit'),
      IS_READ_ONLY: false,
      parseCommand(parser: CommandParser, fence: CommitFence, commands: readonly Command[]) {
        parser.pushKeysLength([fence.versionKey, fence.holdKey, ...new Set(commands.map((c) => c[1]))]);
        parser.push(fence.from, fence.to, fence.holder);
        for (const command of commands) {
          parser.push(String(command.length));
          parser.push(...command);
        }
      },
      transformReply: (reply: unknown) => Number(reply),
    }),
    checkpointSums: defineScript({
      SCRIPT: source('checkpoint'),
      IS_READ_ONLY: false,
      parseCommand(parser: CommandParser, step: CheckpointStep, chunks: ReadonlyMap<string, string>) {
        parser.pushKeysLength([step.sumsKey, step.changesKey]);
        parser.push(step.from, step.to);
        for (const [chunk, packed] of chunks) parser.push(chunk, packed);
      },
      transformReply: (reply: unknown) => Number(reply) === 1,
    }),
    keepRefused: defineScript({
      SCRIPT: source('quarantine'),
      IS_READ_ONLY: false,
      parseCommand(parser: CommandParser, place: QuarantineKeys, limits: QuarantineLimits, entries: readonly QuarantineWrite[]) {
        parser.pushKeysLength([place.stream, place.stat, place.seen, place.groups]);
        parser.push(String(limits.entries), String(limits.bytes));
        for (const { digest, group, bytes, fields } of entries) {
          const words = Object.entries(fields).flat();
          parser.push(digest, group, String(bytes), String(words.length), ...words);
        }
      },
      transformReply: (reply: unknown) => Number(reply),
    }),
    releaseRefused: defineScript({
      SCRIPT: source('release'),
      IS_READ_ONLY: false,
      parseCommand(parser: CommandParser, place: QuarantineKeys, ids: readonly string[]) {
        parser.pushKeysLength([place.stream, place.stat, place.seen, place.groups]);
        parser.push(...ids);
      },
      transformReply: (reply: unknown) => Number(reply),
    }),
    meterFeed: defineScript({
      SCRIPT: source('meter'),
      IS_READ_ONLY: false,
      parseCommand(parser: CommandParser, key: string, values: readonly (string | number)[]) {
        parser.pushKeysLength([key]);
        parser.push(...values.map(String));
      },
      transformReply: (reply: unknown) => Number(reply),
    }),
    advanceInbox: defineScript({
      SCRIPT: source('advance'),
      IS_READ_ONLY: false,
      parseCommand(
        parser: CommandParser,
        place: { readonly stream: string; readonly cursor: string },
        step: { readonly from: string; readonly to: string },
      ) {
        parser.pushKeysLength([place.stream, place.cursor]);
        parser.push(step.from, step.to);
      },
      transformReply: (reply: unknown) => Number(reply) === 1,
    }),
    publishDefinition: defineScript({
      SCRIPT: source('publish'),
      IS_READ_ONLY: false,
      parseCommand(parser: CommandParser, target: { readonly stream: string; readonly digests: string }, entry: DefinitionWrite) {
        parser.pushKeysLength([target.stream, target.digests]);
        parser.push(entry.name, entry.digest, entry.once ? 'once' : '', entry.json);
      },
      transformReply: (reply: unknown) => {
        const [code, revision] = reply as [number, string];
        return code === 1 ? { published: true as const, revision } : { published: false as const, taken: code === -1 };
      },
    }),
  };
}

/** Where refused events are kept. */
export interface QuarantineKeys {
  readonly stream: string;
  readonly stat: string;
  readonly seen: string;
  readonly groups: string;
}

/** How much is kept before the oldest makes room. */
export interface QuarantineLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** A refused event on its way into the store; kept once per digest. */
export interface QuarantineWrite {
  readonly digest: string;
  readonly group: string;
  readonly bytes: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** A definition on its way into the store. `once`: another body under its name is refused. */
export interface DefinitionWrite {
  readonly name: string;
  readonly digest: string;
  readonly once: boolean;
  readonly json: string;
}

/** A step of the stored sums: which entry of the feed they were computed from, and which they reach. */
export interface CheckpointStep {
  readonly sumsKey: string;
  readonly changesKey: string;
  readonly from: string;
  readonly to: string;
}

/** The fence of a commit: what it was computed on, what it makes, and who may write while the partition is held. */
export interface CommitFence {
  readonly versionKey: string;
  readonly holdKey: string;
  readonly from: string;
  readonly to: string;
  readonly holder: string;
}
