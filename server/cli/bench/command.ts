import { mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '#server/config.ts';
import { createLog } from '#server/platform/log.ts';
import { connect } from '#server/redis/client.ts';
import { startEmbedded } from '#server/redis/embedded.ts';
import { runGenerator } from './generator.ts';
import { makePool, writePool } from './pool.ts';
import { startProduct, startSender } from './children.ts';
import { countsOf, cpuMicrosOf, mailIsRead, serverUse } from './store.ts';
import { appendPlainly } from './yardstick.ts';

export async function main(): Promise<void> {
  if (process.argv[2] === 'send') return runGenerator();
  const config = readConfig();
  const folder = mkdtempSync('/tmp/tl-bench-');
  const embedded = await startEmbedded({ dataDir: folder, bin: config.redisServerBin, searchPath: config.searchPath, cacheHome: config.cacheHome, log: createLog('warn') });
  const script = process.argv[1] ?? '';
  const nursery = { config, folder, mainScript: join(dirname(script), '..', 'main.js'), benchScript: script, redisUrl: embedded.url, writeKey: 'wk_bench_0123456789abcdef', profileFolder: process.argv[3] ?? null };
  const redis = await connect({ socketPath: embedded.socketPath });
  const pool = join(folder, 'pool.json');
  const made = makePool({ seed: 1, endsAt: Date.now(), weeks: 2, customers: 12_000, lanes: 16, keep: () => true });
  writePool(pool, made);
  console.log(made.events, folder);
  const sender = await startSender(nursery);
  try {
  for (const layout of (process.argv[2] ?? 'split,all,web').split(',')) {
    await redis.flushAll();
    const y0 = await serverUse(redis);
    const yard = await appendPlainly(redis, 3000);
    const y1 = await serverUse(redis);
    const yr = yard.entries / yard.tookMs * 1000;
    console.log('yard', Math.round(yr), 'redis us', (y1.cpuMicros - y0.cpuMicros) / yard.entries);
    await redis.flushAll();
    const apps = layout === 'split' ? [await startProduct(nursery, 'web'), await startProduct(nursery, 'projector')] : [await startProduct(nursery, layout as 'all' | 'web')];
    await sender.send({ pool, address: apps[0]!.address, writeKey: nursery.writeKey, forMs: 6000, rate: null, fresh: true });
    for (;;) { const c = await countsOf(redis, 8); if (layout === 'web' || (c.projected >= c.accepted && (await mailIsRead(redis, 8)))) break; await pause(50); }
    const c0 = await countsOf(redis, 8);
    const before = apps.map((a) => cpuMicrosOf(a.pid));
    await redis.sendCommand(['CONFIG','RESETSTAT']);
    const aof0 = Number(/aof_current_size:(\d+)/.exec(await redis.info('persistence'))?.[1]);
    const u0 = await serverUse(redis);
    const begun = performance.now();
    const sent = await sender.send({ pool, address: apps[0]!.address, writeKey: nursery.writeKey, forMs: 8000, rate: null, fresh: false });
    for (;;) {
      const c = await countsOf(redis, 8);
      if (layout === 'web' || (c.projected >= c0.accepted + sent.accepted && (await mailIsRead(redis, 8)))) break;
      if (performance.now() - begun > 60000) { console.log('slow', c); break; }
      await pause(50);
    }
    const took = performance.now() - begun;
    const u1 = await serverUse(redis);
    console.log(layout, sent, 'rate', Math.round(sent.accepted / took * 1000), (sent.accepted / took * 1000 / yr).toFixed(3), 'accept', Math.round(sent.accepted / sent.tookMs * 1000), 'us/ev', apps.map((a, i) => a.role + ' ' + ((cpuMicrosOf(a.pid) - (before[i] ?? 0)) / sent.accepted).toFixed(1)), 'redis', ((u1.cpuMicros - u0.cpuMicros) / sent.accepted).toFixed(1), 'B/ev', Math.round((u1.memory - u0.memory) / sent.accepted));
    const aof1 = Number(/aof_current_size:(\d+)/.exec(await redis.info('persistence'))?.[1]);
    console.log('aof B/ev', (aof1 - aof0) / sent.accepted);
    const stats = (await redis.info('commandstats')).split('\r\n').filter((l) => l.startsWith('cmdstat_')).map((l) => ({ l, usec: Number(/usec=(\d+)/.exec(l)?.[1]) })).sort((a, b) => b.usec - a.usec).slice(0, 16);
    for (const x of stats) console.log('  ', x.l.slice(8, 90));
    const sizes: Record<string, [number, number]> = {};
    for await (const page of redis.scanIterator({ COUNT: 1000 })) for (const k of page) { const kind = k.replace(/^\{\d+\}:/, '').split(':')[0] ?? ''; const n = Number(await redis.sendCommand(['MEMORY', 'USAGE', k])); const s = (sizes[kind] ??= [0, 0]); s[0]++; s[1] += n; }
    console.log(Object.entries(sizes).map(([k, [n, b]]) => `${k}: ${n} keys ${Math.round(b / sent.accepted)} B/ev`).join(', '));
    console.log('changes', await redis.xLen('{0}:changes'), 'outbox', await Promise.all([0,1,2,3].map((q) => redis.xLen(`{0}:out:${q}`))), 'version', await redis.get('{0}:version'));
    for (const a of apps) await a.end();
  }
  } finally { await sender.end();
  redis.destroy();
  await embedded.stop(); }
}
