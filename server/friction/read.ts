import { COMPONENTS, frictionFile } from '#lib/contract/index.ts';
import type { FrictionFile } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { COUNT_HALVES } from '#server/domain/friction/severity.ts';
import type { FrictionVersion } from '#server/domain/friction/rules.ts';
import { parseYaml, readYaml } from '#server/platform/yaml.ts';
import type { YamlProblem, YamlReading } from '#server/platform/yaml.ts';

/** The id under which a version is published. */
export function frictionId(version: number): string {
  return `friction@${version}`;
}

/** What the schema cannot say: a half of 0 is for what is counted only. */
function check(file: FrictionFile): YamlProblem[] {
  const scopes = [
    { path: [] as readonly string[], half: file.half },
    ...Object.entries(file.journeys).flatMap(([journey, its]) => [
      { path: ['journeys', journey], half: its.half },
      ...Object.entries(its.segments).map(([segment, own]) => ({ path: ['journeys', journey, 'segments', segment], half: own.half })),
    ]),
  ];
  return scopes.flatMap(({ path, half }) =>
    COMPONENTS.filter((component) => half[component] === 0 && !(component in COUNT_HALVES)).map((component) => ({
      path: [...path, 'half', component],
      message: 'must be more than 0: it is measured, not counted',
    })),
  );
}

/** Reads the text of a friction configuration: it, or everything for which it cannot be published, with line, field and reason. */
export function readFriction(text: string): YamlReading<FrictionFile> {
  return parseYaml(text, frictionFile, check);
}

/** Names in a configuration that the published journeys do not know: it can be published, but these parts say nothing. */
export function unknownNames(file: FrictionFile, blueprints: readonly Blueprint[]): string[] {
  return Object.entries(file.journeys).flatMap(([journey, its]) => {
    const known = blueprints.filter((blueprint) => blueprint.journey === journey);
    if (known.length === 0) return [`journey ${journey}`];
    const scopes = [its, ...Object.values(its.segments)];
    const stages = new Set(known.flatMap((blueprint) => blueprint.stages.map((stage) => stage.id)));
    const touchpoints = new Set(known.flatMap((blueprint) => blueprint.touchpoints.map((touchpoint) => touchpoint.id)));
    const missing = (names: readonly string[], among: ReadonlySet<string>, kind: string): string[] =>
      names.filter((name) => !among.has(name)).map((name) => `${kind} ${name} of ${journey}`);
    return scopes.flatMap((scope) => [
      ...missing(Object.keys(scope.dwell), stages, 'stage'),
      ...missing(Object.keys(scope.waits), touchpoints, 'touchpoint'),
    ]);
  });
}

/** A published text and from when on it holds. @param publishedAt ms @throws Fault `bad_config` naming line, field and reason */
export function parseFriction(name: string, text: string, publishedAt: number): FrictionVersion {
  const file = readYaml(name, text, frictionFile, check);
  return { file, from: file.from === undefined ? publishedAt : Date.parse(file.from) };
}
