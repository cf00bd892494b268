import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emotion } from '#lib/contract/index.ts';
import type { Labelled } from '#server/domain/emotion/training/example.ts';
import { emotionOfName } from './label-names.ts';

/**
 * The training part of GoEmotions (Demszky et al. 2020) as it is published: `train.tsv` (text, label numbers, id) and `labels.txt` beside it.
 * @throws Error of the file system where they are not there
 */
export function readGoEmotions(folder: string): readonly Labelled[] {
  const names = readFileSync(join(folder, 'labels.txt'), 'utf8').trim().split(/\r?\n/u);
  const rows = readFileSync(join(folder, 'train.tsv'), 'utf8').trim().split(/\r?\n/u);
  return rows.map((row) => {
    const [text = '', numbers = ''] = row.split('\t');
    const emotions = numbers
      .split(',')
      .map((number) => emotionOfName(names[Number(number)] ?? ''))
      .filter((emotion): emotion is Emotion => emotion !== undefined);
    return { text, emotions, weight: 1, own: false };
  });
}
