import type { Plugin } from 'vite';

/**
 * Runs the whole product inside `vite dev`: doors, API, sockets and pages on one port, as in production.
 * Loaded lazily, so that tests and builds that only read the Vite configuration start nothing.
 */
export const liveServer = (): Plugin => ({
  name: 'throughline-live-server',
  apply: 'serve',
  async configureServer(vite) {
    const http = vite.httpServer;
    if (http === null || process.env['VITEST'] !== undefined) return;
    const { developInside } = (await vite.ssrLoadModule('/server/development.ts')) as typeof import('../development.ts');
    const close = vite.close.bind(vite);
    const app = await developInside(http as import('node:http').Server, (handler) => vite.middlewares.use(handler));
    vite.close = async () => {
      await app.close();
      await close();
    };
    // Vite closes for SIGTERM alone: Ctrl-C would leave the store running.
    process.once('SIGINT', () => void vite.close().finally(() => process.exit()));
  },
});
