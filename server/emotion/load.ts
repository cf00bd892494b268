import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#lib/contract/index.ts';
import { decodeModel } from '#server/domain/emotion/model.ts';
import type { EmotionModel } from '#server/domain/emotion/model.ts';
import { createScorer } from '#server/domain/emotion/scorer.ts';
import { outsideScorer } from './outside.ts';
import type { OutsideOptions, OutsideScorer } from './outside.ts';
import { loadClassifier, modelFolder, requirePackage } from './transformer/classifier.ts';
import { transformerScorer } from './transformer/transformer.ts';
import { projectFile } from '#server/platform/files.ts';

/** The model that ships. */
export const SHIPPED_MODEL = 'server/emotion/english.model';

/** Where an installation keeps the model trained on its own labels. */
export function ownModelPath(dataDir: string): string {
  return join(dataDir, 'emotion', 'english.model');
}

/**
 * Reads a model file.
 * @throws Fault `bad_config` where it is none; Error of the file system where it is not there
 */
export function readModel(path: string): EmotionModel {
  return decodeModel(readFileSync(path));
}

/**
 * The model in use: the installation's own where there is one, else the one that ships. An own model that an earlier version of the product wrote
 * cannot be read any more: then the shipped one reads, and `onFault` is told.
 */
export function loadModel(dataDir: string, onFault: (fault: unknown) => void = () => undefined): EmotionModel {
  const own = ownModelPath(dataDir);
  if (existsSync(own))
    try {
      return readModel(own);
    } catch (fault) {
      if (!(fault instanceof Fault) || fault.code !== 'bad_config') throw fault;
      onFault(new Fault('bad_config', `${own}: ${fault.message} Until then the model that ships is used.`, { cause: fault }));
    }
  return readModel(projectFile(SHIPPED_MODEL));
}

/** How texts are read in this installation. */
export interface ScorerSettings {
  readonly dataDir: string;
  readonly emotionUrl: string | undefined;
  readonly emotionModel: string | undefined;
  readonly emotionLanguages: readonly string[];
  readonly emotionLimitMs: number;
}

/**
 * Says what is wrong with a named transformer model before anything is started, without loading it.
 * @throws Fault `bad_config`
 */
export function checkReader({ emotionModel }: Pick<ScorerSettings, 'emotionModel'>): void {
  if (emotionModel === undefined) return;
  modelFolder(emotionModel);
  requirePackage();
}

/**
 * What reads texts: the service or the transformer model where one is named, else the model of the installation.
 * @throws Fault `bad_config` where the named model cannot be loaded
 */
export async function readerOf(
  settings: ScorerSettings,
  edge: Pick<OutsideOptions, 'clock' | 'onFault'>,
): Promise<Pick<OutsideScorer, 'score'> & Partial<Pick<OutsideScorer, 'prepare'>>> {
  const { emotionUrl, emotionModel, emotionLanguages, emotionLimitMs, dataDir } = settings;
  if (emotionUrl !== undefined) return outsideScorer({ url: emotionUrl, limitMs: emotionLimitMs, ...edge });
  if (emotionModel === undefined) return { score: createScorer(loadModel(dataDir, edge.onFault)).score };
  const folder = modelFolder(emotionModel);
  const classify = await loadClassifier(folder);
  return transformerScorer({ classify, name: folder.name, languages: emotionLanguages, limitMs: emotionLimitMs, ...edge });
}
