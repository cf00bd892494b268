import { Fault } from '#lib/contract/index.ts';
import type { DraftCheck, JourneyFile, JourneyText, PreviewPiece, PreviewPlace, Published } from '#lib/contract/index.ts';
import type { Blueprint, Blueprints } from '#server/domain/blueprint/blueprint.ts';
import { compileJourney } from '#server/domain/blueprint/blueprint.ts';
import { diffJourneys } from '#server/domain/blueprint/diff.ts';
import { readJourney } from '#server/journeys/read.ts';
import { problemText } from '#server/platform/yaml.ts';
import type { Definitions } from './definitions.ts';
import { textOf } from './definitions.ts';

export interface JourneyDeskOptions {
  readonly definitions: Definitions;
  readonly blueprints: Blueprints;
  readonly clock: () => number;
  /** folds customers of the last 24 hours under both */
  readonly preview: (current: Blueprint | undefined, draft: Blueprint, from: PreviewPlace | undefined) => Promise<PreviewPiece>;
}

/** Reads, tries and publishes journeys. */
export function createJourneyDesk(o: JourneyDeskOptions) {
  function entryOf(journey: string, version: number): Published | undefined {
    return o.definitions.current.get('journey', `${journey}@${version}`);
  }

  /** @throws Fault with every problem, its line and field */
  function good(text: string): JourneyFile {
    const reading = readJourney(text);
    if (reading.ok) return reading.value;
    throw new Fault('bad_request', reading.problems.map((problem) => problemText('draft', problem)).join('\n'));
  }

  function refusal(file: JourneyFile, newest: number): string | null {
    if (file.version > newest) return null;
    return `Version ${file.version} is published already and never changes: set "version: ${newest + 1}".`;
  }

  return {
    text({ journey, version }: { readonly journey: string; readonly version?: number | undefined }): JourneyText {
      const found = o.blueprints.get(journey, version);
      const entry = found === undefined ? undefined : entryOf(journey, found.version);
      if (found === undefined || entry === undefined) throw new Fault('not_found', `There is no journey "${journey}" in this version.`);
      const newest = o.blueprints.get(journey)?.version ?? found.version;
      return { journey, version: found.version, text: textOf(entry.body), by: entry.by, publishedAt: entry.at, nextVersion: newest + 1 };
    },

    check(text: string): DraftCheck {
      const reading = readJourney(text);
      if (!reading.ok) return reading;
      const { journey, version } = reading.value;
      const newest = o.blueprints.get(journey);
      return {
        ok: true,
        journey,
        version,
        against: newest?.version ?? null,
        refused: newest === undefined ? null : refusal(reading.value, newest.version),
        changes: newest === undefined ? [] : diffJourneys(newest.file, reading.value),
      };
    },

    async preview(text: string, from?: PreviewPlace): Promise<PreviewPiece> {
      const file = good(text);
      return o.preview(o.blueprints.get(file.journey), compileJourney(file), from);
    },

    async publish(text: string, actor: { readonly name: string }): Promise<{ readonly journey: string; readonly version: number }> {
      const file = good(text);
      const { journey, version } = file;
      const refused = refusal(file, o.blueprints.get(journey)?.version ?? 0);
      if (refused !== null) throw new Fault('conflict', refused);
      await o.definitions.publish({ kind: 'journey', id: `${journey}@${version}`, body: text, by: actor.name, at: o.clock() });
      return { journey, version };
    },
  };
}
