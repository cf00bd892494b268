import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EMOTIONS } from '#lib/contract/index.ts';
import { evaluate } from '#server/domain/emotion/evaluation.ts';
import { decodeModel, encodeModel, POLARITIES } from '#server/domain/emotion/model.ts';
import { createScorer } from '#server/domain/emotion/scorer.ts';
import { trainModel } from '#server/domain/emotion/training/train.ts';
import { loadModel, ownModelPath, readModel, SHIPPED_MODEL } from '#server/emotion/load.ts';
import { FINAL_POSTS, HELD_OUT_POSTS, readServicePosts } from '#server/emotion/service-posts.ts';
import { projectFile } from '#server/platform/files.ts';

const bytes = readFileSync(projectFile(SHIPPED_MODEL));
const model = readModel(projectFile(SHIPPED_MODEL));
const scorer = createScorer(model);

describe('the model that ships', () => {
  test('is at most half a megabyte, and reads back to the same bytes', () => {
    expect(bytes.length).toBeLessThanOrEqual(500_000);
    expect(Buffer.from(encodeModel(decodeModel(bytes))).equals(bytes)).toBe(true);
  });

  test('finds three classes in service posts nothing was learned from as well as it did', () => {
    const posts = readServicePosts(HELD_OUT_POSTS);
    const learned = new Set(readServicePosts().map(({ text }) => text));
    expect(posts.filter(({ text }) => learned.has(text))).toEqual([]);
    const { macroF1 } = evaluate(
      posts.map(({ text, polarity = 'neutral' }) => {
        const judged = scorer.judge(text);
        return { right: polarity, answered: judged?.polarity ?? 'neutral', confidence: judged?.polarityConfidence ?? null };
      }),
      POLARITIES,
    );
    expect(macroF1).toBeGreaterThan(0.78);
  });

  test('says how sure it is of the polarity of such posts within 5 in 100, and is as right on the last as it was', () => {
    const verdicts = [HELD_OUT_POSTS, FINAL_POSTS].flatMap((file) =>
      readServicePosts(file).map(({ text, polarity = 'neutral' }) => {
        const judged = scorer.judge(text);
        return { right: polarity, answered: judged?.polarity ?? 'neutral', confidence: judged?.polarityConfidence ?? null, file };
      }),
    );
    // by chance alone some .05 on so many texts
    const { calibrationError, calibrationByChance } = evaluate(verdicts, POLARITIES);
    expect(calibrationError).toBeLessThan(calibrationByChance.most);
    const sure = verdicts.flatMap(({ confidence }) => confidence ?? []);
    const right = verdicts.filter(({ right, answered, confidence }) => confidence !== null && right === answered).length;
    expect(Math.abs(sure.reduce((sum, one) => sum + one, 0) - right) / sure.length).toBeLessThan(0.05);
    expect(
      evaluate(
        verdicts.filter(({ file }) => file === FINAL_POSTS),
        POLARITIES,
      ).macroF1,
    ).toBeGreaterThan(0.68);
  });

  test('a file that is none is refused in a sentence', () => {
    expect(() => decodeModel(new TextEncoder().encode('{"format":"other"}\n'))).toThrow(/not an emotion model/);
    expect(() => decodeModel(bytes.subarray(0, bytes.length - 4))).toThrow(/cut off/);
    expect(() => decodeModel(new Uint8Array(0))).toThrow(/not an emotion model/);
  });

  test('reads where the model that an installation trained is of an earlier version, and says so', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'throughline-own-'));
    mkdirSync(join(dataDir, 'emotion'));
    writeFileSync(
      ownModelPath(dataDir),
      Buffer.from(bytes.toString('latin1').replace('throughline-emotion-3', 'throughline-emotion-2'), 'latin1'),
    );
    const told: unknown[] = [];
    expect(loadModel(dataDir, (fault) => told.push(fault)).version).toBe(model.version);
    expect(String(told[0])).toMatch(/english.model: This is not an emotion model of this version.*Until then the model that ships is used/);
    rmSync(dataDir, { recursive: true });
  });

  test('what it answers does not depend on what it was asked before', () => {
    const posts = readServicePosts(HELD_OUT_POSTS).map(({ text }) => text);
    const other = createScorer(readModel(projectFile(SHIPPED_MODEL)));
    const backwards = [...posts].reverse().map((text) => other.judge(text));
    expect(posts.map((text) => scorer.judge(text))).toEqual(backwards.reverse());
  });
});

describe('training', () => {
  const lessons = (word: string) =>
    Array.from({ length: 40 }, (_, i) => [
      { text: `the ${word} number ${i % 7} is zorbig again`, emotions: ['frustrated' as const], weight: 1, own: true },
      { text: `the ${word} number ${i % 7} is flimpy today`, emotions: ['delighted' as const], weight: 1, own: true },
    ]).flat();

  test('on the same texts gives the same bytes, and goes on from a model where one is given', { timeout: 60_000 }, () => {
    const options = { name: 'own', lang: 'en', trained: 'a test', from: model };
    const first = encodeModel(trainModel(lessons('box'), options));
    expect(Buffer.from(first).equals(Buffer.from(encodeModel(trainModel(lessons('box'), options))))).toBe(true);
    const taught = createScorer(decodeModel(first));
    expect(taught.id).not.toBe(scorer.id);
    expect(taught.judge('my parcel is zorbig')?.label).toBe('frustrated');
    expect(taught.judge('my parcel is flimpy')?.label).toBe('delighted');
    // what was known before is not forgotten
    expect(taught.judge('this is terrible, I am so angry')?.label).toBe('frustrated');
    expect(taught.judge('thank you very much for your help')?.polarity).toBe('positive');
  });

  test('labels of three classes teach the polarity and leave the emotions to the model', { timeout: 60_000 }, () => {
    const options = { name: 'own', lang: 'en', trained: 'a test', from: model };
    const taught = createScorer(
      decodeModel(
        encodeModel(
          trainModel(
            lessons('box').map(({ text, emotions, ...rest }) => ({
              ...rest,
              text,
              emotions: [],
              polarity: emotions[0] === 'delighted' ? ('positive' as const) : ('negative' as const),
            })),
            options,
          ),
        ),
      ),
    );
    expect(taught.judge('my parcel is zorbig')?.polarity).toBe('negative');
    expect(taught.judge('my parcel is flimpy')?.polarity).toBe('positive');
  });
});

describe('a score', () => {
  test('says emotion, valence, intensity, effort, how sure, why and by whom, each within its range', () => {
    for (const { text } of readServicePosts(HELD_OUT_POSTS)) {
      const score = scorer.score(text);
      if (score === null) continue;
      expect(EMOTIONS).toContain(score.label);
      expect(Math.abs(score.valence)).toBeLessThanOrEqual(1);
      expect(score.confidence >= 0.4 && score.confidence <= 1).toBe(true);
      expect(score.intensity !== undefined && score.intensity >= 0 && score.intensity <= 1).toBe(true);
      expect(score.effort === null || Math.abs(score.effort ?? 9) <= 1).toBe(true);
      expect(score.why.length).toBe(score.weights?.length);
      if (score.label === 'satisfied' || score.label === 'delighted') expect(score.valence).toBeGreaterThan(0);
      else if (score.label !== 'neutral') expect(score.valence).toBeLessThan(0);
    }
    expect(scorer.score('I have been on hold for two hours, terrible service!')).toMatchObject({
      label: 'frustrated',
      scorer: scorer.id,
      why: expect.arrayContaining(['terrible service']) as unknown,
    });
  });

  test('effort is null where nobody speaks of it, negative where it was hard, positive where it was easy', () => {
    expect(scorer.judge('I love the colour')?.effort).toBeNull();
    expect(scorer.judge('I have already told you three times and I am on hold again')?.effort).toBeLessThan(0);
    expect(scorer.judge('That was easy, solved in one call')?.effort).toBeGreaterThan(0);
  });
});
