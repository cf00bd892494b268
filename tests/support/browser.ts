import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { projectFile } from '#server/platform/files.ts';

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the real Chromium that `CHROMIUM_BIN` names; default `/usr/bin/chromium`. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM_BIN'] ?? '/usr/bin/chromium', args: FLAGS, timeout: 60_000 });
}

/** How far what a page shows has moved by itself so far: the sum of its layout shifts. */
export function shiftOf(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) =>
          resolve(list.getEntries().reduce((sum, entry) => sum + (Reflect.get(entry, 'value') as number), 0)),
        ).observe({ type: 'layout-shift', buffered: true });
        // Where nothing has moved, nobody is told.
        setTimeout(() => resolve(0), 500);
      }),
  );
}

/** One finding of the accessibility checker. */
export interface Violation {
  readonly rule: string;
  readonly help: string;
  /** selectors of the elements */
  readonly where: readonly string[];
}

/** Checks the page as it stands with axe-core, all rules it has on by default. */
export async function violationsOf(page: Page): Promise<readonly Violation[]> {
  // Evaluated, not added as a script: the page's own policy would refuse that, as it should.
  await page.evaluate(readFileSync(projectFile('node_modules/axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async () => {
    interface Found {
      readonly violations: readonly {
        readonly id: string;
        readonly help: string;
        readonly nodes: readonly { readonly target: readonly unknown[] }[];
      }[];
    }
    const axe = Reflect.get(globalThis, 'axe') as { run(): Promise<Found> };
    const found = await axe.run();
    return found.violations.map((v) => ({ rule: v.id, help: v.help, where: v.nodes.map((node) => node.target.map(String).join(' ')) }));
  });
}
