import { similarParams, storyPageParams, storyParams } from '#lib/contract/index.ts';
import type { SimilarCases, SimilarParams, StoryPage, StoryPageParams, StoryParams, StoryView } from '#lib/contract/index.ts';
import { read as procedure, t } from './trpc.ts';

/** Reads customers' stories. */
export interface StoryReader {
  story(params: StoryParams): Promise<StoryView>;
  storyPage(params: StoryPageParams): Promise<StoryPage>;
  /** What decided cases like an open one did next; null: too few are like it. */
  similar(params: SimilarParams): Promise<SimilarCases | null>;
}

/** The story of one customer: head, brief and strip with the first page, and further pages. */
export const storyRouter = t.router({
  get: procedure.input(storyParams).query(({ ctx, input }) => ctx.reader.story(input)),
  page: procedure.input(storyPageParams).query(({ ctx, input }) => ctx.reader.storyPage(input)),
  similar: procedure.input(similarParams).query(({ ctx, input }) => ctx.reader.similar(input)),
});
