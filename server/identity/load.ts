import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Fault, identityFileSchema } from '#lib/contract/index.ts';
import { checkRules, compileRules } from '#server/domain/identity/rules.ts';
import type { IdentityRules } from '#server/domain/identity/rules.ts';
import { readYaml } from '#server/platform/yaml.ts';

/** Reads the identity rules. @param file absolute path; undefined: the shipped rules @throws Fault `bad_config` naming file, line, field and reason */
export function loadRules(file: string | undefined): IdentityRules {
  if (file === undefined) return compileRules();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Fault('bad_config', `IDENTITY: the file ${file} cannot be read.`, { cause });
  }
  return compileRules(readYaml(basename(file), text, identityFileSchema, checkRules));
}
