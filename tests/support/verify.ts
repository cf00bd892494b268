import { PublishedContexts } from '#server/definitions/contexts.ts';
import { Definitions } from '#server/definitions/definitions.ts';
import { loadRules } from '#server/identity/load.ts';
import { verifyPartition } from '#server/projector/verify/verify.ts';
import { connect } from '#server/redis/client.ts';

/** Folds everybody of a running app again and compares, as `npm run verify` does. @returns every difference, in words */
export async function verifyStore(
  app: { readonly redisUrl: string } | { readonly socketPath: string },
  partitions = 3,
): Promise<readonly string[]> {
  const redis = await connect('redisUrl' in app ? { url: app.redisUrl } : { socketPath: app.socketPath });
  try {
    const definitions = new Definitions(redis);
    await definitions.look();
    const contexts = new PublishedContexts(definitions);
    const found: string[] = [];
    for (let partition = 0; partition < partitions; partition++) {
      const report = await verifyPartition(
        { redis, partitions, contexts, rules: loadRules(undefined), refresh: () => definitions.look() },
        partition,
      );
      if (report.disturbed) found.push(`partition ${partition}: somebody else wrote meanwhile`);
      found.push(...report.differences.map(({ kind, words }) => `${kind}: ${words}`));
    }
    return found;
  } finally {
    redis.destroy();
  }
}
