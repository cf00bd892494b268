import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEmotion } from '#server/cli/emotion-command.ts';
import { loadModel, ownModelPath } from '#server/emotion/load.ts';
import { HELD_OUT_POSTS, readServicePosts } from '#server/emotion/service-posts.ts';
import { projectFile } from '#server/platform/files.ts';

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'throughline-emotion-'));
});
afterAll(() => rmSync(dataDir, { recursive: true }));

const run = (...argv: string[]): Promise<string> => runEmotion(argv, { dataDir, redisUrl: undefined }, () => undefined);

function labels(rows: readonly (readonly [string, string])[]): string {
  const path = join(dataDir, 'labels.csv');
  writeFileSync(path, `text,label\n${rows.map(([text, label]) => `"${text}",${label}`).join('\n')}\n`);
  return path;
}

describe('npm run emotion -- eval', () => {
  it('prints accuracy, macro-F1, a line per class, calibration and speed, in three classes and in seven', async () => {
    const three = await run('eval', projectFile(HELD_OUT_POSTS), '--label', 'polarity');
    expect(three).toMatch(/131 texts, three classes, scorer english-[0-9a-f]{8}/);
    for (const name of ['negative', 'neutral', 'positive'])
      expect(three).toMatch(new RegExp(`^ +${name} +\\d+( +\\d+\\.\\d){3} +\\d+ \\d+ \\d+$`, 'm'));
    expect(three).toMatch(/accuracy \d\d\.\d   macro-F1 \d\d\.\d   macro-recall/);
    expect(three).toMatch(/calibration error \(ECE\) 0\.\d{3} in 15 bins, 0\.\d{3} in 10; answers exactly as right as they say would show/);
    expect(three).toMatch(/speed on one core: \d+ texts per second of processor time, \d+ by the clock/);
    const seven = await run('eval', projectFile(HELD_OUT_POSTS), '--label', 'emotion');
    expect(seven).toMatch(/seven emotions[^]* confused [^]*of the emotions it would show, \d+\.\d agree with people/);
  });

  it('says what is wrong in one sentence', async () => {
    await expect(run('eval', '/nowhere.csv')).rejects.toThrow('There is no /nowhere.csv.');
    await expect(run('eval')).rejects.toThrow(/npm run emotion -- eval <labelled.csv>/);
    await expect(run('eval', labels([['a', 'purple']]))).rejects.toThrow(/found "purple"/);
  });
});

describe('npm run emotion -- train', () => {
  it('takes a hundred labels at least', async () => {
    await expect(run('train', labels([['a', 'joy']]))).rejects.toThrow('1 labels are too few: give at least 100.');
  });

  it('leaves the model in use where the labels teach nothing new', { timeout: 60_000 }, async () => {
    const posts = readServicePosts().slice(0, 300);
    const said = await run('train', labels(posts.map(({ text, emotions: [emotion = 'neutral'] }) => [text.replaceAll('"', "'"), emotion])));
    expect(said).toMatch(/McNemar p = .*\nNot better/);
    expect(existsSync(ownModelPath(dataDir))).toBe(false);
  });

  it('lets a model take over that is better on labels neither has learned from', { timeout: 60_000 }, async () => {
    const things = 'box parcel lamp chair table phone router card seat bag order bill flight room meal ticket shirt app car plan'.split(
      ' ',
    );
    const said = things.flatMap((one) => [
      ...['today', 'again', 'since monday', 'here', 'at home', 'still'].map(
        (when) => [`the ${one} is zorbig ${when}`, 'negative'] as const,
      ),
      ...['now', 'tonight', 'for us', 'so far', 'indeed', 'this time'].map((when) => [`the ${one} is flimpy ${when}`, 'positive'] as const),
    ]);
    const before = loadModel(dataDir);
    expect(await run('train', labels(said))).toMatch(/Better: it takes over when the product is started anew/);
    expect(loadModel(dataDir).version).not.toBe(before.version);
    expect(loadModel(dataDir).name).toBe('own');
  });
});
