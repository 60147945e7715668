import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** What `node:test` answers is awaited by the runner itself. */
const FROM_NODE_TEST = ['test', 'describe', 'it', 'suite'].map((name) => ({
  from: 'package',
  name,
  package: 'node:test',
}))

export default defineConfig(
  { ignores: ['**/dist/', 'node_modules/', '.cairn/', 'client/src/openapi.ts'] },
  js.configs.recommended,
  {
    rules: {
      complexity: ['error', 20],
      eqeqeq: 'error',
      'max-depth': ['error', 4],
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: FROM_NODE_TEST }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // What has methods here is an object of functions, which may be taken out of it: there are hardly any classes.
      '@typescript-eslint/unbound-method': 'off',
      // One kind of function may answer at once in one place and later in another: an operation's `run`, a hook.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/web/**', 'src/features/*/ui/**'],
    extends: [reactHooks.configs.flat.recommended],
    languageOptions: {
      parserOptions: {
        projectService: false,
        project: './tsconfig.web.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
  },
  {
    files: ['src/kernel/**', 'src/features/**', 'src/surfaces/**'],
    ignores: ['src/kernel/json.ts', 'src/features/*/ui/**', '**/*.test.ts', '**/testing.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'JSON',
          property: 'parse',
          message: 'Node misreads some keys; use parseJson of kernel/json.ts.',
        },
      ],
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: {
      globals: { clearInterval: false, process: false, setInterval: false, setTimeout: false },
    },
  },
  { files: ['examples/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs', globals: { process: false } } },
  {
    files: ['**/*.test.ts', '**/testing.ts', 'test/**'],
    rules: {
      'max-lines': 'off',
      // A test reads an answer as what it expects it to be, and fails where it is not.
      ...Object.fromEntries(
        ['argument', 'assignment', 'call', 'member-access', 'return'].map((use) => [
          `@typescript-eslint/no-unsafe-${use}`,
          'off',
        ]),
      ),
    },
  },
)
