import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { projectFile } from '#server/platform/files.ts';
import type { Labelled } from '#server/domain/emotion/training/example.ts';
import { emotionOfName, polarityOfName } from './label-names.ts';

/** Posts to service desks that Throughline's authors wrote and labelled themselves. */
const SERVICE_POSTS = 'server/emotion/training/service-posts.csv';
/** Others of the kind, from which nothing is ever learned. */
export const HELD_OUT_POSTS = 'server/emotion/training/held-out-posts.csv';

/** Posts that were written last and scored when the model was done. */
export const FINAL_POSTS = 'server/emotion/training/final-posts.csv';

/** Reads the posts, each with its emotion and its polarity. */
export function readServicePosts(file: string = SERVICE_POSTS): readonly Labelled[] {
  const rows: string[][] = parse(readFileSync(projectFile(file), 'utf8'), { from_line: 2 });
  return rows.map(([text = '', name = '', sign = '']) => {
    const emotion = emotionOfName(name);
    const polarity = polarityOfName(sign);
    return {
      text,
      emotions: emotion === undefined ? [] : emotion === 'confused' && polarity === 'neutral' ? ['confused', 'neutral'] : [emotion],
      ...(polarity === undefined ? {} : { polarity }),
      weight: 1,
      own: true,
    };
  });
}
