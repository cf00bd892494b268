import type { Plugin } from 'vite';
import { compileMessages } from './compile.mjs';

/** Compiles the messages again when one of their files is saved while `vite dev` runs; pages then show the new words at once. */
export const messages = (root: string): Plugin => ({
  name: 'throughline-messages',
  apply: 'serve',
  configureServer({ watcher, config }) {
    watcher.on('change', (path) => {
      if (!/\/messages\/[^/]+\/[^/]+\.json$/.test(path.replaceAll('\\', '/'))) return;
      try {
        compileMessages(root);
      } catch (error) {
        // Half a change, most often: the other language comes with the next file that is saved.
        config.logger.error(error instanceof Error ? error.message : String(error));
      }
    });
  },
});
