import { BASE_VARIANT } from '#lib/contract/index.ts';
import type { Channel, JourneyFile, PromiseRuleFile, VariantFile } from '#lib/contract/index.ts';
import type { CaseKind } from './standard.ts';

/** A variant made ready: whose cases it is for (null: any), and the blueprint they are held against. */
export interface VariantOf<B> {
  readonly id: string;
  readonly name: string;
  readonly segments: readonly string[] | null;
  /** channels of entry */
  readonly channels: readonly Channel[] | null;
  readonly blueprint: B;
}

/** Whether a case is one of a variant's. */
function isOfVariant(variant: Pick<VariantOf<unknown>, 'segments' | 'channels'>, one: CaseKind): boolean {
  return (variant.segments?.includes(one.segment) ?? true) && (variant.channels?.includes(one.channel) ?? true);
}

/** The variant of a case: the first in file order that it is one of; undefined: the base alone. So every case has exactly one place. */
export function variantOf<B>(base: { readonly variants: readonly VariantOf<B>[] }, one: CaseKind): VariantOf<B> | undefined {
  return base.variants.find((variant) => isOfVariant(variant, one));
}

/**
 * The id under which the visits and promises of a case are counted beside others of its journey: its variant's, or `base`. Empty where the journey has no
 * variants: then nothing is to be told apart.
 * @param base the journey's blueprint, or that of the variant of this very case
 */
export function variantIdOf(
  base: { readonly variant: string | null; readonly variants: readonly VariantOf<unknown>[] },
  one: CaseKind | undefined,
): string {
  if (base.variant !== null) return base.variant;
  if (base.variants.length === 0 || one === undefined) return '';
  return variantOf(base, one)?.id ?? BASE_VARIANT;
}

/** What a case is held against: its variant's blueprint, else the base itself. */
export function blueprintForCase<B extends { readonly variants: readonly VariantOf<B>[] }>(base: B, one: CaseKind): B {
  // Most journeys have none, and it is asked for with every event of every case.
  return base.variants.length === 0 ? base : (variantOf(base, one)?.blueprint ?? base);
}

function promisesOf(base: readonly PromiseRuleFile[], own: readonly PromiseRuleFile[]): PromiseRuleFile[] {
  const same = (a: PromiseRuleFile, b: PromiseRuleFile): boolean => a.kind === b.kind && a.stage === b.stage;
  const replaced = base.map((rule) => own.find((one) => same(one, rule)) ?? rule);
  return [...replaced, ...own.filter((one) => !base.some((rule) => same(one, rule)))];
}

/** `patch` over `base`: what the patch names wins, null takes away. */
function over<T extends object>(base: T, patch: object | undefined): T {
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, value] of Object.entries(patch ?? {})) {
    if (value === null) merged.delete(key);
    else if (value !== undefined) merged.set(key, value);
  }
  return Object.fromEntries(merged) as T;
}

/** The file of a variant: the base with what the variant says otherwise, and no variants of its own. */
export function variantFile(base: JourneyFile, variant: VariantFile): JourneyFile {
  return {
    ...base,
    stages: base.stages.map((stage) => over(stage, variant.stages[stage.id])),
    touchpoints: base.touchpoints.map((touchpoint) => over(touchpoint, variant.touchpoints[touchpoint.id])),
    promises: promisesOf(base.promises, variant.promises),
    variants: [],
  };
}

/** The files of all variants of a journey. */
export function variantFiles(base: JourneyFile): readonly { readonly variant: VariantFile; readonly file: JourneyFile }[] {
  return base.variants.map((variant) => ({ variant, file: variantFile(base, variant) }));
}

/** Whether a case belongs to the variant asked for: `base` is everybody in none; undefined asks for all. */
export function isInVariant(
  wanted: string | undefined,
  base: { readonly variants: readonly VariantOf<unknown>[] },
  one: CaseKind,
): boolean {
  return wanted === undefined || (variantOf(base, one)?.id ?? BASE_VARIANT) === wanted;
}
