import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { Fault, thrownWords } from '#lib/contract/index.ts';
import { unknownLabels, type LabelScore } from './answers.ts';

/** An optional peer: half a gigabyte that nobody needs who does not name a model. Found only where it is installed beside the product. */
const PACKAGE = '@huggingface/transformers';

/** Weights as they are usually stored, the likeliest first, with the name the package has for their kind. */
const WEIGHTS = [
  ['model.onnx', 'fp32'],
  ['model_quantized.onnx', 'q8'],
  ['model_int8.onnx', 'int8'],
  ['model_uint8.onnx', 'uint8'],
  ['model_fp16.onnx', 'fp16'],
  ['model_q4.onnx', 'q4'],
] as const;

/** A folder with a model for text classification, as the package reads it. */
export interface ModelFolder {
  readonly path: string;
  /** name of the folder and a fingerprint of its description: kept with every score */
  readonly name: string;
  readonly weights: (typeof WEIGHTS)[number][1];
}

/** Reads texts: one list of labels with their scores per text, in the same order. */
export type Classify = (texts: readonly string[]) => Promise<readonly (readonly LabelScore[])[]>;

const description = z.object({ id2label: z.record(z.string(), z.string()) });
const answers = z.array(z.array(z.object({ label: z.string(), score: z.number() })));

/**
 * Looks at a folder without loading what is heavy.
 * @throws Fault `bad_config` that says what is missing there
 */
export function modelFolder(path: string): ModelFolder {
  const refuse = (reason: string): Fault =>
    new Fault('bad_config', `EMOTION_MODEL=${path} cannot be used: ${reason}. Correct it or leave it out, then start again.`);
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
    if (!existsSync(join(path, file)))
      throw refuse(`there is no ${file} in this folder; it must be a model that is exported for transformers.js`);
  const found = WEIGHTS.find(([file]) => existsSync(join(path, 'onnx', file)));
  if (found === undefined) throw refuse(`there is none of ${WEIGHTS.map(([file]) => file).join(', ')} in its folder onnx`);
  const text = readFileSync(join(path, 'config.json'), 'utf8');
  const parsed = description.safeParse(jsonOf(text));
  if (!parsed.success) throw refuse('its config.json names no labels (id2label)');
  const labels = Object.values(parsed.data.id2label);
  const unknown = unknownLabels(labels);
  if (labels.length < 2 || unknown.length > 0)
    throw refuse(
      `its labels are ${labels.slice(0, 30).join(', ')}; known are our seven emotions, the names of GoEmotions, negative, neutral and positive, and 1 star to 5 stars` +
        ' (they can be renamed under id2label in its config.json)',
    );
  const fingerprint = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return { path, name: `${basename(path).slice(0, 80)}-${fingerprint}`, weights: found[1] };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Makes sure that the package is there, without loading it.
 * @throws Fault `bad_config` that says how to install it
 */
export function requirePackage(resolve: (name: string) => string = createRequire(import.meta.url).resolve): void {
  try {
    resolve(PACKAGE);
  } catch (cause) {
    throw new Fault(
      'bad_config',
      `EMOTION_MODEL is set, but the package ${PACKAGE} is not installed. Install it beside the product (npm install --no-save ${PACKAGE}, ` +
        'about 0.5 GB), or leave EMOTION_MODEL out, then start again.',
      { cause },
    );
  }
}

/** What is used of the package. */
interface Package {
  readonly env: { allowRemoteModels: boolean };
  readonly pipeline: (
    task: 'text-classification',
    model: string,
    options: { readonly dtype: string; readonly local_files_only: true; readonly session_options: { readonly intraOpNumThreads: number } },
  ) => Promise<(texts: readonly string[], options: { readonly top_k: null }) => Promise<unknown>>;
}

/**
 * Loads the package and the model; nothing is ever fetched from elsewhere.
 * @param load the package; another one in tests
 * @throws Fault `bad_config` where the model cannot be loaded
 */
export async function loadClassifier(
  folder: ModelFolder,
  load: () => Promise<unknown> = () => import(/* @vite-ignore */ PACKAGE),
): Promise<Classify> {
  try {
    const { env, pipeline } = (await load()) as Package;
    env.allowRemoteModels = false;
    // Each thread of the projector has a model; with more threads of its own, each would only take turns with the others.
    const run = await pipeline('text-classification', folder.path, {
      dtype: folder.weights,
      local_files_only: true,
      session_options: { intraOpNumThreads: 1 },
    });
    return async (texts) => answers.length(texts.length).parse(await run(texts, { top_k: null }));
  } catch (cause) {
    const reason = thrownWords(cause);
    throw new Fault('bad_config', `The model of EMOTION_MODEL=${folder.path} cannot be loaded: ${reason}`, { cause });
  }
}
