import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const NO_ENVIRONMENT = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is parsed once, in server/config.ts. Take the value from Config, handed in by the caller.',
};
const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: one name for one thing, and a search finds every use.',
};
const NO_KEYS = {
  selector: 'TemplateElement[value.raw=/^\\}:/]',
  message: 'Keys of the store are built in server/redis/keys.ts and nowhere else.',
};
const PURE = [
  {
    selector: "CallExpression[callee.object.name=/^(Date|performance)$/][callee.property.name='now']",
    message: 'The fold has no clock: time comes in with the event, or as the position that is read.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'The fold has no clock: time comes in with the event, or as the position that is read.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'The fold rolls no dice: the same events must end in the same bytes.',
  },
  {
    selector: 'CallExpression[callee.property.name=/^(randomUUID|randomBytes|getRandomValues)$/]',
    message: 'The fold rolls no dice: the same events must end in the same bytes.',
  },
  { selector: 'AwaitExpression', message: 'The fold does not wait. Read first, then fold, then write.' },
  { selector: ':function[async=true]', message: 'The fold does not wait. Read first, then fold, then write.' },
];

export default tseslint.config(
  { ignores: ['build/', 'node_modules/', '.svelte-kit/', 'data/', 'coverage/', 'tests/fixtures/', '.dependency-cruiser.cjs'] },
  ...tseslint.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  ...svelte.configs.prettier,
  {
    languageOptions: {
      globals: { ...globals.node },
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true, allowRethrowing: true }],
      // An interface that may wait is also met by one that need not.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'server/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_ENVIRONMENT, NO_DEFAULT_EXPORT, NO_KEYS], 'no-console': 'error' },
  },
  {
    files: ['server/domain/**/*.ts', 'src/lib/contract/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_ENVIRONMENT, NO_DEFAULT_EXPORT, NO_KEYS, ...PURE] },
  },
  { files: ['server/config.ts'], rules: { 'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_KEYS] } },
  // Read by every tool that reads the Vite configuration, so it imports nothing and asks for VITEST itself.
  { files: ['server/platform/vite-plugin.ts'], rules: { 'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_KEYS] } },
  { files: ['server/redis/keys.ts'], rules: { 'no-restricted-syntax': ['error', NO_ENVIRONMENT, NO_DEFAULT_EXPORT] } },
  // What speaks to a person at a terminal.
  { files: ['server/cli/**', 'server/importers/**', 'server/main.ts'], rules: { 'no-console': 'off' } },
  {
    // Types of components are svelte-check's work; asking for them here too takes a second per component.
    files: ['**/*.svelte'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { ...globals.browser }, parserOptions: { parser: tseslint.parser, projectService: false, svelteConfig } },
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      'svelte/require-store-reactive-access': 'off',
      'svelte/button-has-type': 'error',
      'svelte/require-each-key': 'error',
    },
  },
  { files: ['**/*.svelte.ts'], languageOptions: { parserOptions: { parser: tseslint.parser } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    rules: {
      // There is no base path to resolve.
      'svelte/no-navigation-without-resolve': 'off',
      // State is replaced whole ($state.raw); a Set beside it is bookkeeping.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['src/**/*.ts'], languageOptions: { globals: { ...globals.browser } } },
  // What comes back from JSON, reports and foreign clients is looked at as it is in tests and set-up scripts.
  {
    files: ['tests/**', '**/*.mjs', '*.js', '*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
