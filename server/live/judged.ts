import type { FrictionConfiguration } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import type { FrictionHistory } from '#server/domain/friction/rules.ts';
import { DEFAULT_KAPPA } from '#server/domain/friction/pull.ts';

/** What friction was judged by, as it is known now. */
export interface FrictionReading {
  /** published configurations */
  readonly history: () => FrictionHistory;
  /** strength of the pull as estimated last before an instant; null: never yet */
  readonly estimatedKappa: (journey: string, at: number) => number | null;
}

/** By what the visits of a view are judged, and how strongly its squares are pulled to their parents. @param view from and at in ms */
export function judgedBy(
  reading: FrictionReading,
  blueprint: Blueprint,
  view: { readonly from: number; readonly at: number },
): { readonly configuration: FrictionConfiguration; readonly kappa: number } {
  const history = reading.history();
  const version = history.versionAt(view.at);
  const { kappa } = history.rulesFor(blueprint, '', view.at);
  return {
    configuration: {
      version: version?.file.version ?? 0,
      from: version?.from ?? null,
      mixed: history.versionAt(view.from) !== version,
    },
    kappa: kappa ?? reading.estimatedKappa(blueprint.journey, view.at) ?? DEFAULT_KAPPA,
  };
}
