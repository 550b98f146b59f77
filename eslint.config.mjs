import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { rooms } from './scripts/lib/rooms.mjs';

/** Everything that a room may not import, said as patterns of relative paths. */
function forbiddenImports(room) {
  const banned = Object.keys(rooms).filter((other) => other !== room && !rooms[room].imports.includes(other));
  const patterns = [
    {
      group: banned.flatMap((other) => [`../${other}/*`, `../../${other}/*`, `../../../${other}/*`]),
      message: `src/${room} may import only: ${rooms[room].imports.join(', ') || 'nothing'} (docs/architecture.md).`,
    },
  ];
  if (room !== 'extension')
    patterns.push({ group: ['vscode'], message: 'Only src/extension touches the editor.' });
  if (rooms[room].pure)
    patterns.push({
      group: ['node:*', 'fs', 'path', 'os', 'child_process', 'ws', 'execa'],
      message: `src/${room} is pure: clock, random and platform come in as parameters.`,
    });
  return {
    files: [`src/${room}/**/*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}

export default tseslint.config(
  { ignores: ['dist/', 'out/', '.cache/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'No default exports.' },
        {
          selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier",
          message: "Write import * as z: zod's own z brings 350 KB of translations into the bundle.",
        },
      ],
      'no-console': 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
        require: 'readonly',
        module: 'readonly',
        __dirname: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
      },
    },
  },
  ...Object.keys(rooms).map(forbiddenImports),
);
