/** How one private server is to run. */
export type ServerSettings = {
  /** unix socket it listens on; there is no TCP port */
  readonly socketPath: string;
  /** folder of its files */
  readonly dir: string;
  /** `always`: accepted means fsynced. Anything else only where a test needs speed more than truth. */
  readonly fsync: 'always' | 'no';
};

/**
 * The command line of a private server, one place for the product and its tests.
 * `save ''`: the append-only file is the only copy, snapshots would double the writing. `noeviction`: a full store refuses, it never forgets.
 * The append-only file is written anew when the server is quiet (compaction.ts): by itself it does so only where that never comes.
 * Small stream nodes keep customer streams cheap to cut (each edit copies one node); listpack hashes keep a dedupe id at 14 bytes.
 */
export function serverArguments({ socketPath, dir, fsync }: ServerSettings): string[] {
  return [
    ...['--port', '0', '--unixsocket', socketPath, '--unixsocketperm', '700'],
    ...['--dir', dir, '--logfile', `${dir}/redis.log`, '--loglevel', 'warning'],
    ...['--appendonly', 'yes', '--appendfsync', fsync, '--save', ''],
    ...['--auto-aof-rewrite-percentage', '400', '--auto-aof-rewrite-min-size', '1gb'],
    ...['--maxmemory-policy', 'noeviction', '--stream-node-max-bytes', '1024', '--hash-max-listpack-entries', '512'],
  ];
}
