/**
 * `npm run build`: the three bundles people run, and the mark of the program's build.
 *
 *   src/extension/extension.ts -> dist/extension.js          CommonJS, inside VS Code
 *   src/cli/main.ts            -> dist/program/dffmpeg.mjs   ESM, the command and, as a chunk of its own, the daemon
 *   src/coordinator/store/storeThread.ts -> dist/program/storeThread.mjs   the thread of the daemon that holds the database
 *   src/webview/status.ts      -> dist/webview/status.js     the status page's browser code, with its style
 *
 * `--watch` rebuilds as files change, `--force` rebuilds though nothing changed.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const inRoot = (...parts) => path.join(root, ...parts);
const packageJson = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));

/** VS Code reads and compiles this file before the first click: its size is felt. */
const extensionLimitBytes = 400 * 1024;

const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  // ESM first: jsonc-parser's CommonJS is a UMD whose requires no bundler can follow.
  mainFields: ['module', 'main'],
  sourcemap: 'external',
  legalComments: 'none',
  // Typographic quotes as they are, not as escapes of twice the size.
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
};

const bundles = [
  {
    name: 'extension',
    source: 'src/extension/extension.ts',
    options: {
      entryPoints: { extension: 'src/extension/extension.ts' },
      outdir: '.',
      format: 'cjs',
      platform: 'node',
      target: 'node22',
      external: ['vscode'],
      plugins: [withoutUnusedParts('ws'), withoutContractDocs(), withoutJsonSchemas()],
    },
  },
  {
    name: 'program',
    source: 'src/cli/main.ts',
    options: {
      entryPoints: {
        dffmpeg: 'src/cli/main.ts',
        // Started by its name, which no bundler follows.
        storeThread: 'src/coordinator/store/storeThread.ts',
      },
      outdir: 'program',
      outExtension: { '.js': '.mjs' },
      format: 'esm',
      platform: 'node',
      target: 'node22',
      splitting: true,
      // One typographic quote, and V8 keeps the whole text of a file with two bytes for each letter.
      charset: 'ascii',
      chunkNames: '[name]-[hash]',
      // Some dependencies are CommonJS and call `require` at run time; ESM has none.
      banner: {
        js: "import{createRequire as dffmpegRequire}from'node:module';const require=dffmpegRequire(import.meta.url);",
      },
    },
  },
  {
    name: 'webview',
    source: 'src/webview/status.ts',
    options: {
      entryPoints: { status: 'src/webview/status.ts' },
      outdir: 'webview',
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
      loader: { '.ttf': 'file' },
    },
    after: copyCodicons,
  },
];

/**
 * Leaves out what nobody imports of a package that does not say of its files that loading one does nothing by itself:
 * of ws the server, which only the daemon needs.
 */
function withoutUnusedParts(name) {
  const within = path.join('node_modules', name) + path.sep;
  return {
    name: 'without-unused-parts',
    setup(build) {
      build.onResolve({ filter: /^\./ }, async ({ path: file, pluginData, ...options }) => {
        if (pluginData === within || !options.importer.includes(within)) return undefined;
        const found = await build.resolve(file, { ...options, pluginData: within });
        return { ...found, sideEffects: false };
      });
    },
  };
}

/** What the methods of a contract are for is told in docs/protocol.md: no program reads it. */
function withoutContractDocs() {
  return {
    name: 'without-contract-docs',
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/]protocol[\\/]\w+Contract\.ts$/ }, ({ path: file }) => ({
        // The lines stay, for the source map.
        contents: readFileSync(file, 'utf8').replace(/^ *doc: '(?:[^'\\]|\\.)*',$/gm, ''),
        loader: 'ts',
      }));
    },
  };
}

/**
 * Every schema of zod knows how it would be written as a JSON schema, which keeps 19 KB that only `npm run generate` needs: here each
 * of these functions says that it is not there.
 */
function withoutJsonSchemas() {
  return {
    name: 'without-json-schemas',
    setup(build) {
      build.onLoad(
        { filter: /[\\/]zod[\\/]v4[\\/]core[\\/](?:json-schema-processors|to-json-schema)\.js$/ },
        ({ path: file }) => {
          const text = readFileSync(file, 'utf8');
          const names = [...text.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);
          const aliases = [...text.matchAll(/^export \{ \w+ as (\w+) \}/gm)].map(([, name]) => name);
          const exported = [...names, ...aliases].map(
            (name) => `${name.startsWith('create') ? 'makeNone' : 'none'} as ${name}`,
          );
          return {
            contents:
              "const none = () => { throw new Error('JSON schemas are left out here.'); };\n" +
              `const makeNone = () => none;\nexport { ${exported.join(', ')} };`,
            loader: 'js',
          };
        },
      );
    },
  };
}

function copyCodicons(dist) {
  for (const file of ['codicon.css', 'codicon.ttf'])
    cpSync(inRoot('node_modules/@vscode/codicons/dist', file), path.join(dist, 'webview', file));
}

function checkExtensionSize(dist) {
  const file = path.join(dist, 'extension.js');
  if (!existsSync(file)) return;
  const bytes = statSync(file).size;
  if (bytes > extensionLimitBytes)
    throw new Error(
      `dist/extension.js is ${Math.ceil(bytes / 1024)} KB, more than the ${extensionLimitBytes / 1024} KB VS Code ` +
        'should have to read before the first click. See out/meta/extension.json for what came in.',
    );
}

/** The daemon's copy of the program is named by this: same bytes, same name. */
function writeBuildMark(dist) {
  const folder = path.join(dist, 'program');
  if (!existsSync(folder)) return;
  const hash = createHash('sha256');
  const files = readdirSync(folder).filter((name) => !name.endsWith('.map') && name !== 'build.json');
  for (const name of files.sort()) hash.update(`${name}\0`).update(readFileSync(path.join(folder, name)));
  const build = hash.digest('hex').slice(0, 12);
  writeFileSync(
    path.join(folder, 'build.json'),
    `${JSON.stringify({ version: packageJson.version, build })}\n`,
  );
}

function keepMeta(name, result) {
  mkdirSync(inRoot('out/meta'), { recursive: true });
  writeFileSync(inRoot('out/meta', `${name}.json`), JSON.stringify(result.metafile));
}

/** One line for everything the build reads: path, size and time of each file. */
function inputsMark() {
  const hash = createHash('sha256');
  const add = (file) => {
    const { size, mtimeMs } = statSync(inRoot(file));
    hash.update(`${file}\0${size}\0${mtimeMs}\0`);
  };
  for (const file of ['esbuild.mjs', 'package.json', 'package-lock.json']) add(file);
  for (const file of readdirSync(inRoot('src'), { recursive: true }).sort())
    if (statSync(inRoot('src', file)).isFile()) add(path.join('src', file));
  return hash.digest('hex');
}

function isUpToDate(mark) {
  const outputs = {
    extension: 'dist/extension.js',
    program: 'dist/program/dffmpeg.mjs',
    webview: 'dist/webview/status.js',
  };
  const missing = bundles.some(
    ({ name, source }) => existsSync(inRoot(source)) && !existsSync(inRoot(outputs[name])),
  );
  const stamp = inRoot('out/meta/inputs');
  return !missing && existsSync(stamp) && readFileSync(stamp, 'utf8') === mark;
}

/** When all bundles stand, and after each rebuild of `--watch`. */
function finish(dist) {
  writeBuildMark(dist);
  checkExtensionSize(dist);
}

async function buildOnce() {
  const mark = inputsMark();
  if (!process.argv.includes('--force') && isUpToDate(mark)) return;
  // Built beside (as deep, for the source maps) and moved there whole: a build that fails leaves what was built before.
  const next = inRoot(`dist-${process.pid}`);
  try {
    await buildInto(next);
    rmSync(inRoot('dist'), { recursive: true, force: true });
    renameSync(next, inRoot('dist'));
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
  writeFileSync(inRoot('out/meta/inputs'), mark);
}

async function buildInto(dist) {
  mkdirSync(dist, { recursive: true });
  for (const { name, source, options, after } of bundles) {
    if (!existsSync(inRoot(source))) {
      console.log(`build: no ${source} yet, ${name} is left out`);
      continue;
    }
    keepMeta(name, await esbuild.build({ ...shared, ...into(dist, options) }));
    after?.(dist);
  }
  mkdirSync(inRoot('out/meta'), { recursive: true });
  finish(dist);
}

function into(dist, options) {
  return { ...options, outdir: path.join(dist, options.outdir) };
}

async function watch() {
  const dist = inRoot('dist');
  for (const { name, source, options, after } of bundles.filter(({ source }) => existsSync(inRoot(source)))) {
    const report = {
      name: 'report',
      setup(build) {
        build.onEnd((result) => {
          if (result.errors.length > 0) return;
          after?.(dist);
          keepMeta(name, result);
          try {
            finish(dist);
          } catch (error) {
            console.error(`build: ${error.message}`);
          }
          console.log(`build: ${source} is built`);
        });
      },
    };
    const context = await esbuild.context({ ...shared, ...into(dist, options), plugins: [report] });
    await context.watch();
  }
}

try {
  await (process.argv.includes('--watch') ? watch() : buildOnce());
} catch (error) {
  // esbuild has printed its own errors, with the source line.
  if (!error.errors) console.error(`build: ${error.message}`);
  process.exitCode = 1;
}
