import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { SHIPPED_RULES } from '#server/domain/identity/rules.ts';
import { loadRules } from '#server/identity/load.ts';
import { projectFile } from '#server/platform/files.ts';

test('the guide shows the rules as they ship', () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(projectFile('docs/guide/identity.md'), 'utf8')) ?? [];
  expect(parse(yaml)).toEqual(SHIPPED_RULES);
});

test('a rules file with a mistake is refused with file, line, field and reason', () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-rules-'));
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, 'limits:\n  email: {most: 3}\npriority: [email, customerId]\n');
  expect(() => loadRules(file)).toThrow('rules.yaml:3: priority must say with * where all other kinds stand');
  writeFileSync(file, 'limits:\n  email: {most: 0}\n');
  expect(() => loadRules(file)).toThrow(/rules\.yaml:2: limits\.email\.most/);
  writeFileSync(file, 'limits:\n  email: {most: 3}\n');
  expect(loadRules(file).limitOf('email')?.most).toBe(3);
  rmSync(folder, { recursive: true });
  expect(() => loadRules(file)).toThrow('IDENTITY: the file');
});
