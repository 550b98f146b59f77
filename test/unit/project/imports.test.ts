import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { rooms } from '../../../scripts/lib/rooms.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const src = path.join(root, 'src');

interface Source {
  /** Relative to src/, with forward slashes. */
  readonly file: string;
  readonly room: string;
  readonly tree: ts.SourceFile;
}

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
  /** `import('…')`: loaded when it is needed. */
  readonly dynamic: boolean;
}

function readSources(): Source[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const file = name.replaceAll(path.sep, '/');
      const tree = ts.createSourceFile(
        file,
        readFileSync(path.join(src, name), 'utf8'),
        ts.ScriptTarget.Latest,
        true,
      );
      return { file, room: file.split('/')[0] ?? '', tree };
    });
}

function importsOf({ tree }: Source): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      found.push({ target: node.moduleSpecifier.text, typeOnly, dynamic: false });
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      found.push({ target: node.moduleSpecifier.text, typeOnly: node.isTypeOnly, dynamic: false });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const target = node.arguments[0];
      if (target && ts.isStringLiteralLike(target))
        found.push({ target: target.text, typeOnly: false, dynamic: true });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function roomOf(from: string, target: string): string {
  return path.posix.join(path.posix.dirname(from), target).split('/')[0] ?? '';
}

describe('the rooms of src/', () => {
  const sources = readSources();
  const each = function* (): Generator<[Source, Import]> {
    for (const source of sources) for (const one of importsOf(source)) yield [source, one];
  };

  it('are those of the table', () => {
    const unknown = sources.filter(({ room }) => !Object.hasOwn(rooms, room)).map(({ file }) => file);
    assert.deepEqual(unknown, []);
  });

  it('import only along the arrows', () => {
    const wrong: string[] = [];
    for (const [{ file, room }, { target }] of each()) {
      if (!target.startsWith('.')) continue;
      const other = roomOf(file, target);
      if (other !== room && !rooms[room]?.imports.includes(other)) wrong.push(`${file} imports ${target}`);
    }
    assert.deepEqual(wrong, []);
  });

  it('reach the editor from the extension alone', () => {
    const wrong = [...each()].filter(([{ room }, { target }]) => target === 'vscode' && room !== 'extension');
    assert.deepEqual(
      wrong.map(([{ file }]) => file),
      [],
    );
  });

  it('load the daemon only when a daemon is what was asked for', () => {
    const wrong: string[] = [];
    for (const [{ file, room }, { target, typeOnly, dynamic }] of each())
      if (
        room === 'cli' &&
        target.startsWith('.') &&
        roomOf(file, target) === 'daemon' &&
        !typeOnly &&
        !dynamic
      )
        wrong.push(`${file} imports ${target}`);
    assert.deepEqual(wrong, []);
  });

  it('are free of the machine where they are pure', () => {
    const machine = /^(node:|vscode$|ws$|execa$|fs$|os$|path$|child_process$|systeminformation$)/;
    const wrong: string[] = [];
    for (const [{ file, room }, { target }] of each())
      if (rooms[room]?.pure && machine.test(target)) wrong.push(`${file} imports ${target}`);
    assert.deepEqual(wrong, []);
  });

  it('import with the ending of the file, so that Node runs them as they are', () => {
    const wrong: string[] = [];
    for (const [{ file }, { target }] of each())
      if (target.startsWith('.') && path.posix.extname(target) === '')
        wrong.push(`${file} imports ${target}`);
    assert.deepEqual(wrong, []);
  });
});

describe('the files of src/', () => {
  const sources = readSources();

  it('have no default export', () => {
    const wrong = sources.filter(({ tree }) =>
      tree.statements.some(
        (statement) =>
          ts.isExportAssignment(statement) ||
          (ts.canHaveModifiers(statement) &&
            ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)),
      ),
    );
    assert.deepEqual(
      wrong.map(({ file }) => file),
      [],
    );
  });

  it('hold something of their own: none is a barrel', () => {
    const isReexport = (statement: ts.Statement): boolean =>
      ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined;
    const isWholesale = (statement: ts.Statement): boolean =>
      ts.isExportDeclaration(statement) && isReexport(statement) && !statement.exportClause;
    const wrong = sources.filter(
      ({ tree: { statements } }) =>
        statements.some(isWholesale) || (statements.length > 0 && statements.every(isReexport)),
    );
    assert.deepEqual(
      wrong.map(({ file }) => file),
      [],
    );
  });
});

describe('the project', () => {
  it('names no folder of the machine it was written on', () => {
    const machine = [path.dirname(root), os.homedir()]
      .filter((folder) => folder.length > 3)
      .map((folder) => folder + path.sep);
    const wrong: string[] = [];
    for (const folder of ['src', 'scripts', 'bin', 'test', 'docs', '.github', '.ci'])
      for (const name of readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })) {
        if (!/\.(ts|mts|mjs|cjs|json|md|yml|css)$|run$/.test(name)) continue;
        const text = readFileSync(path.join(root, folder, name), 'utf8');
        for (const place of machine) if (text.includes(place)) wrong.push(`${folder}/${name} says ${place}`);
      }
    assert.deepEqual(wrong, []);
  });
});
