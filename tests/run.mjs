/**
 * `npm test`: gets what the tests need, then runs every check in order and stops at the first that fails.
 * `npm test -- unit property` runs only the named ones.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ensureBuild,
  ensureChromium,
  ensureDependencies,
  ensureRedis,
  projectRoot,
  requireNode,
  runScript,
  SetupFailure,
} from '../server/cli/setup.mjs';

/**
 * @typedef {{ passed: number, failed: number }} Count
 * @typedef {{ name: string, what: string, needs: readonly ('redis' | 'chromium' | 'build')[], run: () => Promise<Count> }} Check
 */

/** @type {readonly Check[]} */
const CHECKS = [
  {
    name: 'format',
    what: 'one format everywhere (npm run format mends it)',
    needs: [],
    run: () => tools(['prettier', '--check', '--log-level=warn', '.']),
  },
  { name: 'lint', what: 'house rules', needs: [], run: () => tools(['eslint', '--max-warnings=0', '.']) },
  {
    name: 'rules',
    what: 'who may import whom',
    needs: [],
    run: () => tools(['depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'server']),
  },
  {
    name: 'types',
    what: 'types',
    needs: [],
    run: () => tools(['svelte-check', '--fail-on-warnings', '--output', 'human'], ['tsc', '-p', 'tsconfig.json']),
  },
  { name: 'unit', what: 'pure parts', needs: [], run: () => vitest('unit') },
  { name: 'property', what: 'the laws, on random histories', needs: ['redis'], run: () => vitest('property') },
  { name: 'integration', what: 'on a real Redis', needs: ['redis'], run: () => vitest('integration') },
  { name: 'build', what: 'the build', needs: ['build'], run: () => Promise.resolve({ passed: 1, failed: 0 }) },
  { name: 'knip', what: 'nothing unused', needs: [], run: () => tools(['knip', '--no-progress']) },
  { name: 'fault', what: 'kill -9 and other accidents', needs: ['redis', 'build'], run: () => vitest('fault') },
  { name: 'e2e', what: 'in Chromium', needs: ['redis', 'chromium', 'build'], run: () => vitest('e2e') },
];

await runScript(async () => {
  requireNode();
  const chosen = choose(process.argv.slice(2));
  await ensureDependencies();
  // Lint, types and tests read a tsconfig that this writes.
  await quietly('svelte-kit', 'sync');
  const total = { passed: 0, failed: 0 };
  /** @type {string[]} */
  const summary = [];
  for (const check of chosen) {
    const started = performance.now();
    console.log(`\n── ${check.name}: ${check.what}`);
    const count = await perform(check);
    total.passed += count.passed;
    total.failed += count.failed;
    summary.push(
      `  ${count.failed === 0 ? '✓' : '✗'} ${check.name.padEnd(12)} ${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`,
    );
    if (count.failed > 0) break;
  }
  const left = chosen.slice(summary.length).map(({ name }) => name);
  console.log(`\n${summary.join('\n')}`);
  if (left.length > 0) console.log(`  not run: ${left.join(', ')}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? 0 : 1;
});

/**
 * @param {readonly string[]} names
 * @returns {readonly Check[]} in the order in which they are always run
 */
function choose(names) {
  const unknown = names.filter((name) => !CHECKS.some((check) => check.name === name));
  if (unknown.length > 0)
    throw new SetupFailure(`There is no check "${unknown.join('", "')}". There are: ${CHECKS.map(({ name }) => name).join(', ')}.`);
  return names.length === 0 ? CHECKS : CHECKS.filter(({ name }) => names.includes(name));
}

/**
 * Provides what a check needs, then runs it. What cannot be provided counts as one failure, said in its own words.
 * @param {Check} check
 * @returns {Promise<Count>}
 */
async function perform(check) {
  try {
    if (check.needs.includes('redis')) process.env.REDIS_SERVER_BIN = await ensureRedis();
    if (check.needs.includes('chromium')) process.env.CHROMIUM_BIN = await ensureChromium();
    if (check.needs.includes('build')) await ensureBuild();
    return await check.run();
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    console.error(`\n${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

/**
 * Runs tools one after the other; together they count as one check.
 * @param {...readonly string[]} commands
 * @returns {Promise<Count>}
 */
async function tools(...commands) {
  for (const command of commands) {
    if ((await call(command)) !== 0) return { passed: 0, failed: 1 };
  }
  return { passed: 1, failed: 0 };
}

/**
 * Runs one project of the tests.
 * @param {string} project
 * @returns {Promise<Count>}
 */
async function vitest(project) {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-report-'));
  const report = join(folder, 'report.json');
  const code = await call([
    'vitest',
    'run',
    '--project',
    project,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const { numPassedTests: passed = 0, numFailedTests: failed = 0 } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  rmSync(folder, { recursive: true, force: true });
  // A file that cannot be loaded, or an error outside every test, fails the run without failing a test.
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1) };
}

/**
 * @param {readonly string[]} command name in node_modules/.bin, then its arguments
 * @returns {Promise<number>} exit code
 */
function call([program = '', ...arguments_]) {
  return new Promise((resolve, reject) => {
    const child = spawn(join(projectRoot, 'node_modules', '.bin', program), arguments_, { cwd: projectRoot, stdio: 'inherit' });
    child.once('error', (cause) =>
      reject(new SetupFailure(`${program} could not be run: ${cause.message}. Remove node_modules and try again.`, { cause })),
    );
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/**
 * @param {string} program
 * @param {...string} arguments_
 */
async function quietly(program, ...arguments_) {
  const code = await call([program, ...arguments_]);
  if (code !== 0) throw new SetupFailure(`\`${program} ${arguments_.join(' ')}\` failed; the lines above say why.`);
}
