import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOfLabels, unknownLabels, type LabelScore } from '#server/emotion/transformer/answers.ts';
import { loadClassifier, modelFolder, requirePackage, type Classify } from '#server/emotion/transformer/classifier.ts';
import { transformerScorer } from '#server/emotion/transformer/transformer.ts';
import { projectFile } from '#server/platform/files.ts';

const MODEL = projectFile('tests/fixtures/emotion-transformer');
const scores = (given: Readonly<Record<string, number>>): LabelScore[] => Object.entries(given).map(([label, score]) => ({ label, score }));

describe('labels of a transformer model', () => {
  it('that mean the same emotion are added up', () => {
    const answer = answerOfLabels(scores({ annoyance: 0.4, anger: 0.25, joy: 0.3, neutral: 0.05 }));
    expect(answer?.label).toBe('frustrated');
    expect(answer?.confidence).toBeCloseTo(0.65);
    expect(answer?.valence).toBeCloseTo(0.65 * -0.8 + 0.3);
  });

  it('that are judged one by one count as shares of their sum', () => {
    expect(answerOfLabels(scores({ gratitude: 0.9, approval: 0.6, confusion: 0.3 }))).toMatchObject({
      label: 'satisfied',
      confidence: expect.closeTo(1.5 / 1.8) as number,
    });
  });

  it('that only say good or bad stand for the emotion of a bare score of that valence', () => {
    expect(answerOfLabels(scores({ NEGATIVE: 0.9, POSITIVE: 0.1 }))).toMatchObject({ label: 'frustrated', confidence: 0.9 });
    expect(answerOfLabels(scores({ negative: 0.1, neutral: 0.8, positive: 0.1 }))).toMatchObject({ label: 'neutral', confidence: 0.8 });
    expect(answerOfLabels(scores({ negative: 0.45, neutral: 0.05, positive: 0.5 }))).toMatchObject({ label: 'satisfied' });
  });

  it('that are stars are read as stars, those of one side together', () => {
    expect(answerOfLabels(scores({ '1 star': 0.05, '2 stars': 0.05, '3 stars': 0.1, '4 stars': 0.2, '5 stars': 0.6 }))).toMatchObject({
      label: 'satisfied',
      confidence: expect.closeTo(0.8) as number,
    });
  });

  it('that nobody here knows are named, and an answer without any weight is none', () => {
    expect(unknownLabels(['joy', 'toxic', 'Neutral', 'LABEL_0', '5 stars'])).toEqual(['toxic', 'LABEL_0']);
    expect(answerOfLabels(scores({ joy: 0, anger: 0 }))).toBeNull();
  });
});

describe('a folder with a transformer model', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'throughline-model-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const copy = (name: string): string => {
    const path = join(folder, name);
    cpSync(MODEL, path, { recursive: true });
    return path;
  };

  it('has a name from its folder and its description, and says which weights there are', () => {
    expect(modelFolder(MODEL)).toMatchObject({
      weights: 'fp32',
      name: expect.stringMatching(/^emotion-transformer-[0-9a-f]{8}$/) as string,
    });
  });

  it('that lacks a file or has labels nobody here knows is refused in one sentence', () => {
    expect(() => modelFolder('/nowhere')).toThrow(/EMOTION_MODEL=\/nowhere cannot be used: there is no config.json/);
    const empty = copy('weightless');
    rmSync(join(empty, 'onnx', 'model.onnx'));
    expect(() => modelFolder(empty)).toThrow(/there is none of model.onnx, model_quantized.onnx/);
    const toxic = copy('toxic');
    writeFileSync(join(toxic, 'config.json'), '{"id2label":{"0":"toxic","1":"insult"}}');
    expect(() => modelFolder(toxic)).toThrow(/its labels are toxic, insult; known are/);
    writeFileSync(join(toxic, 'config.json'), 'not JSON');
    expect(() => modelFolder(toxic)).toThrow(/names no labels/);
  });

  it('needs the package, and says how to get it', () => {
    const missing = (): string => {
      throw new Error('Cannot find module');
    };
    expect(() => requirePackage(missing)).toThrow(
      /EMOTION_MODEL is set, but the package @huggingface\/transformers is not installed. Install it/,
    );
    expect(() => requirePackage(() => '/somewhere')).not.toThrow();
  });

  it('is loaded from that folder alone, and a model that cannot be loaded is a fault that says why', async () => {
    const asked: unknown[] = [];
    const env = { allowRemoteModels: true };
    const run = (texts: readonly string[]): Promise<unknown> => Promise.resolve(texts.map(() => [{ label: 'joy', score: 1 }]));
    const standIn = (...given: readonly unknown[]): Promise<typeof run> => (asked.push(given), Promise.resolve(run));
    const classify = await loadClassifier(modelFolder(MODEL), () => Promise.resolve({ env, pipeline: standIn }));
    expect(env.allowRemoteModels).toBe(false);
    expect(asked).toEqual([['text-classification', MODEL, expect.objectContaining({ dtype: 'fp32', local_files_only: true }) as object]]);
    expect(await classify(['a', 'b'])).toHaveLength(2);
    const broken = loadClassifier(modelFolder(MODEL), () => Promise.reject(new Error('not an ONNX file')));
    await expect(broken).rejects.toThrow(/cannot be loaded: not an ONNX file/);
  });

  it('whose answers are not one per text is not believed', async () => {
    const short = (): Promise<unknown> => Promise.resolve([[{ label: 'joy', score: 1 }]]);
    const classify = await loadClassifier(modelFolder(MODEL), () => Promise.resolve({ env: {}, pipeline: () => Promise.resolve(short) }));
    await expect(classify(['a', 'b'])).rejects.toThrow();
  });
});

describe('reading with a transformer model', () => {
  const blue: Classify = (texts) =>
    Promise.resolve(
      texts.map((text) => scores(text.includes('blue') ? { sadness: 0.9, joy: 0.1 } : { joy: 0.3, anger: 0.35, fear: 0.35 })),
    );
  const reading = (classify: Classify, more: Partial<Parameters<typeof transformerScorer>[0]> = {}) => {
    const faults: unknown[] = [];
    const scorer = transformerScorer({
      classify,
      name: 'house-1',
      languages: ['en'],
      limitMs: 2000,
      clock: () => 0,
      onFault: (fault) => faults.push(fault),
      ...more,
    });
    return { scorer, faults };
  };

  it('keeps emotion, valence, intensity and effort with the name of the model; what it is unsure of is unknown', async () => {
    const { scorer } = reading(blue);
    const text = 'I had to call again and again and I feel very blue!';
    await scorer.prepare([{ text }, { text: 'I went home' }]);
    expect(scorer.score(text, undefined)).toMatchObject({
      label: 'disappointed',
      confidence: 0.9,
      valence: -0.44,
      scorer: 'house-1',
      why: [],
    });
    expect(scorer.score(text, undefined)?.intensity).toBeGreaterThan(0.44);
    expect(scorer.score(text, undefined)?.effort).toBeLessThan(0);
    expect(scorer.score('I went home', undefined)).toBeNull();
  });

  it('reads each text once, the customer’s own words only, and no language that the model does not know', async () => {
    const read: string[] = [];
    const { scorer } = reading((texts) => (read.push(...texts), blue(texts)));
    const mail = 'I feel blue\n\nOn Monday the shop wrote:\n> we are happy to help';
    const texts = [
      { text: mail },
      { text: mail },
      { text: 'je suis très triste, merci pour rien' },
      { text: 'hej', lang: 'sv' },
      { text: '…' },
    ];
    await scorer.prepare(texts);
    await scorer.prepare(texts);
    expect(read).toEqual(['I feel blue']);
    expect(scorer.score(mail, undefined)?.label).toBe('disappointed');
    expect(scorer.score('je suis très triste, merci pour rien', undefined)).toBeNull();
    const all = reading(blue, { languages: ['any'] }).scorer;
    await all.prepare([{ text: 'jag är blue', lang: 'sv' }]);
    expect(all.score('jag är blue', 'sv')).toMatchObject({ label: 'disappointed', effort: null });
  });

  it('that is too slow is waited for no longer than agreed, complained about once, and goes on with what comes next', async () => {
    let slow = true;
    const { scorer, faults } = reading(async (texts) => (slow ? (await pause(120), blue(texts)) : blue(texts)), { limitMs: 30 });
    const many = Array.from({ length: 40 }, (_, i) => ({ text: `so blue ${i}` }));
    const began = performance.now();
    await scorer.prepare(many);
    expect(performance.now() - began).toBeLessThan(110);
    expect(scorer.score('so blue 39', undefined)).toBeNull();
    expect(String(faults[0])).toMatch(/40 of 40 texts were not read within 30 ms/);
    await scorer.prepare(many.slice(20));
    expect(faults).toHaveLength(1);
    slow = false;
    await pause(150);
    await scorer.prepare([{ text: 'blue at last' }]);
    expect(scorer.score('blue at last', undefined)?.label).toBe('disappointed');
  });

  it('that fails is left alone for 30 s', async () => {
    let now = 0;
    let works = false;
    let asked = 0;
    const { scorer, faults } = reading((texts) => (asked++, works ? blue(texts) : Promise.reject(new Error('out of memory'))), {
      clock: () => now,
    });
    await scorer.prepare([{ text: 'so blue' }]);
    works = true;
    now = 29_000;
    await scorer.prepare([{ text: 'so blue' }]);
    expect([asked, faults.length, scorer.score('so blue', undefined)]).toEqual([1, 1, null]);
    now = 31_000;
    await scorer.prepare([{ text: 'so blue' }]);
    expect(scorer.score('so blue', undefined)?.label).toBe('disappointed');
  });
});
