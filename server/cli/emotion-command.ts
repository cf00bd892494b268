import { existsSync } from 'node:fs';
import { Fault, thrownWords } from '#lib/contract/index.ts';
import type { Config } from '#server/config.ts';
import type { EmotionModel } from '#server/domain/emotion/model.ts';
import { createScorer } from '#server/domain/emotion/scorer.ts';
import { readLabelledFile } from '#server/emotion/labelled-file.ts';
import { loadModel, ownModelPath, readModel, SHIPPED_MODEL } from '#server/emotion/load.ts';
import { projectFile } from '#server/platform/files.ts';
import { readArguments } from './command-line.ts';
import { buildModel } from './emotion/build.ts';
import { evaluateFile } from './emotion/evaluate.ts';
import { labelsAsCsv } from './emotion/labels.ts';
import { trainOwn } from './emotion/train.ts';

const USAGE = `npm run emotion -- eval <labelled.csv> [--text column] [--label column] [--names labels.txt] [--model file | --shipped]
npm run emotion -- train <labels.csv> [--text column] [--label column]
npm run emotion -- labels > labels.csv
npm run emotion -- build <folder of GoEmotions> [--out file]

  eval     how well the emotions in a file are found: accuracy, F1 per class, calibration, speed. The file is CSV or TSV with a text and a label
           column; labels are our seven emotions, the names of GoEmotions, or positive, neutral and negative
  train    trains on your labels (a copy of the model in use goes on learning); takes the place of the model in use only where it is better on
           labels it has not seen
  labels   what people said on the customers' pages and on /labels, as such a file; the product must be running
  build    makes the model that ships, from train.tsv and labels.txt of GoEmotions and the service posts in this repository, byte for byte
  --text, --label   name of the column, or its number from 1 where the file has no header line
  --names  labels are numbers of the lines of this file, from 0
  --model  another model file; --shipped: the one that ships, also where this installation has trained its own`;

const OPTIONS = {
  text: { type: 'string' },
  label: { type: 'string' },
  names: { type: 'string' },
  model: { type: 'string' },
  shipped: { type: 'boolean' },
  out: { type: 'string' },
} as const;

/**
 * `npm run emotion`.
 * @returns what to print
 * @throws Fault with a sentence that says what to do
 */
export async function runEmotion(
  argv: readonly string[],
  config: Pick<Config, 'dataDir' | 'redisUrl'>,
  say: (line: string) => void,
): Promise<string> {
  const { values, positionals } = readArguments(argv, { options: OPTIONS, allowPositionals: true }, USAGE);
  const [command, path] = positionals;
  if (command === 'labels' && path === undefined) return labelsAsCsv(config);
  if (path === undefined || positionals.length !== 2) throw new Fault('bad_request', USAGE);
  if (!existsSync(path)) throw new Fault('bad_request', `There is no ${path}.`);
  switch (command) {
    case 'eval': {
      const model = modelOf(values, config.dataDir, say);
      return evaluateFile(readLabelledFile(path, values), createScorer(model), path);
    }
    case 'train':
      return trainOwn(readLabelledFile(path, values), { model: modelInUse(config.dataDir, say), to: ownModelPath(config.dataDir), say });
    case 'build':
      return buildModel(path, { to: values.out ?? projectFile(SHIPPED_MODEL), say });
    default:
      throw new Fault('bad_request', USAGE);
  }
}

function modelOf(
  values: { readonly model?: string | undefined; readonly shipped?: boolean | undefined },
  dataDir: string,
  say: (line: string) => void,
): EmotionModel {
  if (values.shipped === true) return readModel(projectFile(SHIPPED_MODEL));
  return values.model === undefined ? modelInUse(dataDir, say) : readModel(values.model);
}

function modelInUse(dataDir: string, say: (line: string) => void): EmotionModel {
  return loadModel(dataDir, (fault) => say(thrownWords(fault)));
}
