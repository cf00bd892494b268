import { writeFileSync } from 'node:fs';
import { EMOTIONS } from '#lib/contract/index.ts';
import { decodeModel, encodeModel } from '#server/domain/emotion/model.ts';
import { trainModel } from '#server/domain/emotion/training/train.ts';
import type { Labelled } from '#server/domain/emotion/training/example.ts';
import { readGoEmotions } from '#server/emotion/goemotions.ts';
import { readServicePosts } from '#server/emotion/service-posts.ts';

/** A service's own post counts for this many of general conversation: there are twenty-five times fewer of them. */
const POST_WEIGHT = 3;

/** Trains the model that ships and writes it. The same data gives the same bytes. @returns what to print */
export function buildModel(folder: string, at: { readonly to: string; readonly say: (line: string) => void }): string {
  const general = readGoEmotions(folder);
  const posts: readonly Labelled[] = readServicePosts().map((post) => ({ ...post, weight: POST_WEIGHT }));
  at.say(`${general.length} texts of GoEmotions and ${posts.length} service posts`);
  const bytes = encodeModel(
    trainModel([...general, ...posts], {
      name: 'english',
      lang: 'en',
      trained: `GoEmotions train (Apache-2.0), ${general.length} texts as ${EMOTIONS.length} emotions; ${posts.length} service posts of Throughline's own`,
      onProgress: (done, what) => at.say(`${Math.round(done * 100)} % ${what}`),
    }),
  );
  writeFileSync(at.to, bytes);
  return `${at.to}: ${bytes.length} bytes, version ${decodeModel(bytes).version}`;
}
