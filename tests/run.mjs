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
 * `onlyReads`: it starts nothing and measures nothing, so it may run beside others that do so.
 * @typedef {{ name: string, what: string, needs: readonly ('redis' | 'chromium' | 'build')[], onlyReads?: boolean, run: (output: Output) => Promise<Count> }} Check
 *
 * Where a check's words go: to the screen as they come, or kept until the checks before it have spoken.
 * @typedef {'inherit' | ((text: string) => void)} Output
 */

/** @type {readonly Check[]} */
const CHECKS = [
  {
    name: 'format',
    what: 'one format everywhere (npm run format mends it)',
    needs: [],
    onlyReads: true,
    run: (output) => tools(output, ['prettier', '--check', '--log-level=warn', '.']),
  },
  { name: 'lint', what: 'house rules', needs: [], onlyReads: true, run: (output) => tools(output, ['eslint', '--max-warnings=0', '.']) },
  {
    name: 'rules',
    what: 'who may import whom',
    needs: [],
    onlyReads: true,
    run: (output) => tools(output, ['depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'server']),
  },
  {
    name: 'types',
    what: 'types',
    needs: [],
    onlyReads: true,
    run: (output) => tools(output, ['svelte-check', '--fail-on-warnings', '--output', 'human'], ['tsc', '-p', 'tsconfig.json']),
  },
  { name: 'unit', what: 'pure parts', needs: [], run: () => vitest('unit') },
  { name: 'property', what: 'the laws, on random histories', needs: ['redis'], run: () => vitest('property') },
  { name: 'integration', what: 'on a real Redis', needs: ['redis'], run: () => vitest('integration') },
  { name: 'build', what: 'the build', needs: ['build'], run: () => Promise.resolve({ passed: 1, failed: 0 }) },
  { name: 'knip', what: 'nothing unused', needs: [], run: (output) => tools(output, ['knip', '--no-progress']) },
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
  for (const group of together(chosen)) {
    for (const { name, count, tookMs } of await performAll(group)) {
      total.passed += count.passed;
      total.failed += count.failed;
      summary.push(`  ${count.failed === 0 ? '✓' : '✗'} ${name.padEnd(12)} ${(tookMs / 1000).toFixed(1).padStart(6)} s`);
    }
    if (total.failed > 0) break;
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
 * Checks that follow one another and only read are run beside one another; every other one has the machine for itself.
 * @param {readonly Check[]} checks
 * @returns {readonly (readonly Check[])[]}
 */
function together(checks) {
  /** @type {Check[][]} */
  const groups = [];
  for (const check of checks) {
    const last = groups.at(-1);
    if (check.onlyReads === true && last?.at(-1)?.onlyReads === true) last.push(check);
    else groups.push([check]);
  }
  return groups;
}

/**
 * Runs a group of checks beside one another. Each speaks in its turn.
 * @param {readonly Check[]} group
 * @returns {Promise<readonly { name: string, count: Count, tookMs: number }[]>}
 */
async function performAll(group) {
  const results = group.map(async (check) => {
    const started = performance.now();
    /** @type {string[]} */
    const words = [];
    const count = await perform(check, group.length === 1 ? 'inherit' : (text) => void words.push(text));
    return { name: check.name, count, tookMs: performance.now() - started, words };
  });
  for (const [i, { name, what }] of group.entries()) {
    console.log(`\n── ${name}: ${what}`);
    process.stdout.write((await results[i])?.words.join('') ?? '');
  }
  return Promise.all(results);
}

/**
 * Provides what a check needs, then runs it. What cannot be provided counts as one failure, said in its own words.
 * @param {Check} check
 * @param {Output} output
 * @returns {Promise<Count>}
 */
async function perform(check, output) {
  try {
    if (check.needs.includes('redis')) process.env.REDIS_SERVER_BIN = await ensureRedis();
    if (check.needs.includes('chromium')) process.env.CHROMIUM_BIN = await ensureChromium();
    if (check.needs.includes('build')) await ensureBuild();
    return await check.run(output);
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    console.error(`\n${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

/**
 * Runs tools one after the other; together they count as one check.
 * @param {Output} output
 * @param {...readonly string[]} commands
 * @returns {Promise<Count>}
 */
async function tools(output, ...commands) {
  for (const command of commands) {
    if ((await call(command, output)) !== 0) return { passed: 0, failed: 1 };
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
 * @param {Output} output
 * @returns {Promise<number>} exit code
 */
function call([program = '', ...arguments_], output = 'inherit') {
  return new Promise((resolve, reject) => {
    /** @type {import('node:child_process').SpawnOptions} */
    const options = { cwd: projectRoot, stdio: output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'] };
    const child = spawn(join(projectRoot, 'node_modules', '.bin', program), arguments_, options);
    if (output !== 'inherit') for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', output);
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
