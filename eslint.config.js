// Lint: strict TypeScript, short files, and a simulator that can't see the host's clock, chance, promises or screen.
import tseslint from 'typescript-eslint'

const kebabCase = {
  rules: {
    'file-name': {
      create: (context) => ({
        Program(node) {
          const name = context.filename.replace(/^.*\//, '')
          // A program’s file is named as its command (pivot_root).
          const words = context.filename.includes('/userland/programs/') ? /^[a-z0-9]+([-_][a-z0-9]+)*(\.[a-z0-9]+)*$/ : /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/
          if (!words.test(name)) context.report({ node, message: `'${name}' is not kebab-case` })
        },
      }),
    },
  },
}

const NEVER = [
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals or constants.' },
  { selector: 'TSParameterProperty', message: 'Declare the property and assign it.' },
]

const HOST_GLOBALS = [
  'Date', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'clearTimeout', 'Promise', 'console', 'document', 'window', 'self', 'globalThis', 'navigator', 'process', 'Buffer', 'require',
  'performance', 'crypto', 'fetch', 'Worker', 'TextEncoder', 'TextDecoder', 'structuredClone', 'localStorage', 'requestAnimationFrame', 'SharedArrayBuffer', 'Atomics',
]

export default tseslint.config(
  { ignores: ['**/node_modules/', 'dist/', '.astro/', 'coverage/', 'test-results/', 'playwright-report/', 'public/', '**/*.svelte', '**/*.astro', 'test/conformance/cases/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict],
    plugins: { house: kebabCase },
    rules: {
      'house/file-name': 'error',
      'max-lines': ['error', { max: 400 }],
      'eqeqeq': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-control-regex': 'off',
      'no-restricted-syntax': ['error', ...NEVER],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      // Walking up a tree or a list begins at `this`.
      '@typescript-eslint/no-this-alias': 'off',
      '@typescript-eslint/no-extraneous-class': ['error', { allowEmpty: true }],
    },
  },
  {
    files: ['simulator/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...HOST_GLOBALS.map((name) => ({ name, message: 'The simulated machine has its own clock, chance and bytes; nothing of the host may leak in.' }))],
      'no-restricted-syntax': ['error', ...NEVER,
        { selector: 'Program > VariableDeclaration[kind="let"], Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]', message: 'State belongs to a machine, not to a module: two machines in one page must not share it, and a replay must not see the first run.' },
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Use lib/random.ts with the machine’s seed.' }],
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*'], message: 'The simulated machine knows no Node.' }] }],
      // A generator without yield is a Flow that happens not to sleep.
      'require-yield': 'off',
    },
  },
  // Configuration files of the tools are exported as those tools want them.
  { files: ['*.config.ts', 'site/**/*.ts', 'playwright.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.test.ts'], rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' } },
)
