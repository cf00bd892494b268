import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { environment:'node', expect:{requireAssertions:true}, include:['tests/**/*.test.ts'], testTimeout: 60000, hookTimeout:60000 } });
