import { associationParams } from '#lib/contract/index.ts';
import type { AssociationAnswer, AssociationParams } from '#lib/contract/index.ts';
import { read, t } from './trpc.ts';

/** Reads what goes together. */
export interface AssociationReader {
  /** Which touchpoints follow one another, where bad visits come from, and what a bad experience goes with elsewhere. */
  associations(params: AssociationParams): Promise<AssociationAnswer>;
}

export const associationsRouter = t.router({
  get: read.input(associationParams).query(({ ctx, input }) => ctx.reader.associations(input)),
});
