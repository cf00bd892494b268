import { fileURLToPath } from 'node:url';
import adapter from '@sveltejs/adapter-node';
import { compileMessages } from './src/lib/messages/compile.mjs';

// Every tool reads this file before it reads a page: none ever meets functions of older messages.
compileMessages(fileURLToPath(new URL('.', import.meta.url)));

/** @type {import('@sveltejs/kit').Config} */
export default {
  compilerOptions: { runes: true },
  kit: {
    // A page's own style (36 KB on the largest) comes with it: a first paint that waits for a dozen files behind the scripts is late.
    inlineStyleThreshold: 65_536,
    adapter: adapter({ out: 'build', precompress: true }),
    csp: {
      mode: 'nonce',
      directives: {
        'default-src': ['self'],
        'script-src': ['self'],
        'style-src': ['self', 'unsafe-inline'],
        'img-src': ['self', 'data:'],
        'connect-src': ['self'],
        'object-src': ['none'],
        'base-uri': ['none'],
        'form-action': ['self'],
        'frame-ancestors': ['none'],
      },
    },
  },
};
