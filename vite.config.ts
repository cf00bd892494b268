import { availableParallelism } from 'node:os';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';
import { messages } from './src/lib/messages/vite-plugin.ts';
import { liveServer } from './server/platform/vite-plugin.ts';

const node = { environment: 'node' as const, expect: { requireAssertions: true } };

/** What most pages share comes as one file: forty small ones keep a browser busier than what is in them, and what few share would weigh on all. */
const SHARED = { codeSplitting: { groups: [{ name: 'shared', minShareCount: 8, test: /\/(src|node_modules\/(?!zod))/ }] } };

export default defineConfig(({ isSsrBuild }) => ({
  ...(isSsrBuild === true ? {} : { build: { rolldownOptions: { output: SHARED } } }),
  plugins: [liveServer(), messages(import.meta.dirname), sveltekit()],
  test: {
    // One for each core: by itself Vitest leaves one core free, which on two cores is half of them.
    maxWorkers: availableParallelism(),
    projects: [
      {
        extends: true,
        test: { ...node, name: 'unit', include: ['tests/unit/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: { ...node, name: 'property', include: ['tests/property/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        test: { ...node, name: 'integration', include: ['tests/integration/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          ...node,
          name: 'fault',
          include: ['tests/fault/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          ...node,
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          // The built pages are run as they are, not put through the tools of the tests.
          server: { deps: { external: [/\/build\//] } },
          testTimeout: 120_000,
          hookTimeout: 180_000,
          // A browser and a product keep two cores busy: two of each at once save little, and make what is painted in time a matter of luck.
          fileParallelism: false,
        },
      },
    ],
  },
}));
