import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { journeySchema, promiseRuleSchema, stageSchema, touchpointSchema, variantSchema } from '#lib/contract/journey.ts';
import { projectFile } from '#server/platform/files.ts';

const read = (path: string): string => readFileSync(projectFile(path), 'utf8');
const PAGES = [
  'README.md',
  ...['docs/guide', 'docs/adr'].flatMap((folder) => readdirSync(projectFile(folder)).map((name) => join(folder, name))),
];
const RECORDS = readdirSync(projectFile('docs/adr')).filter((name) => /^\d{4}-/.test(name));

describe('the documentation', () => {
  it.each(PAGES)('%s leads to pages that are there', (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => join(dirname(page), target));
    expect(targets.filter((target) => !existsSync(projectFile(target)))).toEqual([]);
  });

  it('lists every decision by its title', () => {
    const index = read('docs/adr/README.md');
    const missing = RECORDS.filter((name) => {
      const [, number, title] = /^# (\d+)\. (.+)\n/.exec(read(join('docs/adr', name))) ?? [];
      return !index.includes(`[${number}. ${title}](${name})`);
    });
    expect(missing).toEqual([]);
  });

  it('explains every field of a journey file', () => {
    const guide = read('docs/guide/journeys.md');
    const schemas: readonly z.ZodObject[] = [journeySchema, stageSchema, touchpointSchema, promiseRuleSchema, variantSchema];
    const fields = new Set(schemas.flatMap((schema) => Object.keys(schema.shape)));
    expect([...fields].filter((field) => !guide.includes(`\`${field}\``))).toEqual([]);
  });

  it('names every variable of the environment that is read', () => {
    const table = read('README.md');
    const known = [...read('server/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name = '']) => name);
    expect(known).toContain('WRITE_KEY');
    const ofTheSystem = ['PATH', 'XDG_CACHE_HOME'];
    expect(known.filter((name) => !table.includes(name) && !ofTheSystem.includes(name))).toEqual([]);
  });
});
