import { defineConfig } from 'rolldown';

const COMMANDS = ['import', 'verify', 'bench', 'emotion', 'journey', 'friction'];
const WORKERS = [
  ['projector-worker', 'server/projector-worker.ts'],
  ['demo-worker', 'server/demo-worker.ts'],
];
const commands = COMMANDS.map((name) => [`cli/${name}`, `server/cli/${name}.ts`]);

/** The server, beside the pages that Vite built. Packages stay in node_modules; Lua scripts and journeys are read from the sources when the app starts. */
export default defineConfig({
  input: Object.fromEntries([['main', 'server/main.ts'], ...WORKERS, ...commands]),
  platform: 'node',
  external: /^[^.#/]/,
  output: { dir: 'build', format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'server-parts/[name]-[hash].js', sourcemap: true },
});
