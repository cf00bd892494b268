import { readFileSync } from 'node:fs';
import type { Component, EmotionOrUnknown } from '#lib/contract/index.ts';

type Pair = readonly [number, number];

/** The exact numbers the product's science has to reproduce; `tests/fixtures/vectors.json`. */
export interface Vectors {
  readonly visits: readonly {
    readonly in: Readonly<Record<string, number | boolean>>;
    readonly s: Readonly<Partial<Record<Component, number>>>;
    readonly F: number;
    readonly share: Readonly<Partial<Record<Component, number>>>;
  }[];
  readonly cells: readonly {
    readonly mean: number;
    readonly n: number;
    readonly parent: number;
    readonly kappa: number;
    readonly shrunk: number;
    readonly wilson: Pair;
  }[];
  readonly silence: readonly {
    readonly expected: number;
    readonly observed: number;
    readonly pLower: number;
    readonly gap: number;
    readonly nbPhi3: number;
  }[];
  readonly assoc: readonly {
    readonly nab: number;
    readonly na: number;
    readonly nb: number;
    readonly N: number;
    readonly E: number;
    readonly lift: number;
    readonly liftShrunk: number;
    readonly npmi: number;
    readonly pBgivenA: number;
    readonly pB: number;
    readonly G2: number;
    readonly p: number;
  }[];
  readonly contagion: readonly {
    /** in words: per stratum the bad experiences, then the others, as had/n */
    readonly strata: string;
    readonly RR: number;
    readonly lo: number;
    readonly hi: number;
    readonly chi2: number;
    readonly p: number;
  }[];
  readonly fusion: {
    readonly inputs: readonly {
      readonly kind: 'text' | 'survey' | 'behaviour';
      readonly rel: number;
      readonly conf: number;
      /** hours */
      readonly age: number;
      readonly half: number;
      readonly p: readonly number[];
      readonly v?: number;
    }[];
    readonly classes: readonly string[];
    readonly valence: readonly number[];
    readonly cases: readonly {
      readonly ev: readonly (number | string)[];
      readonly weight: number;
      readonly valence: number;
      readonly label: EmotionOrUnknown;
      readonly p: readonly number[];
      readonly confidence: number;
    }[];
  };
  readonly survival: { readonly data: readonly Pair[]; readonly S: readonly Pair[]; readonly pStillInStageAt10given: readonly Pair[] };
  readonly mapping: { readonly csat5: readonly Pair[]; readonly ces7: readonly Pair[]; readonly nps: readonly Pair[] };
  readonly conversation: {
    readonly turns: readonly number[];
    readonly ewmaHalf2turns: number;
    readonly mean: number;
    readonly trend: number;
  };
  readonly sequential: readonly {
    /** `converted/entered` */
    readonly treat: string;
    readonly ctrl: string;
    readonly diff: number;
    readonly csHalf: number;
    readonly fixedHalf: number;
    readonly decide: boolean;
  }[];
}

/** Reads the fixture. */
export function readVectors(): Vectors {
  return JSON.parse(readFileSync(new URL('../fixtures/vectors.json', import.meta.url), 'utf8')) as Vectors;
}
