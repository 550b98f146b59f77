import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { allowedConstants } from './allowedConstants.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** Names of what lasts, recurs or bounds. */
const limitName =
  /(Ms|Milliseconds|Seconds|Minutes|Hours|Days|Bytes|Limit|[Ii]nterval|[Tt]imeout|[Dd]elay|[Pp]atience|[Pp]eriod|Attempts|Retries|[Tt]ries|AtOnce|[Pp]ageSize|[Ll]ifetime|Pauses?)$|^(max|most|longest|shortest)[A-Z]/u;

/** Functions whose argument is a time. */
const timers = /^(setTimeout|setInterval|delay|later|timeout|after)$/u;

interface Finding {
  /** `src/…:line`. */
  readonly place: string;
  /** `src/…#name`, as the table of allowed constants has it. */
  readonly id: string;
}

/** Every time and limit that is written down as a number. */
function literalsOf(file: string): Finding[] {
  const name = path.relative(root, file).split(path.sep).join('/');
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const findings: Finding[] = [];
  const found = (node: ts.Node, what: string): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    findings.push({ place: `${name}:${line}`, id: `${name}#${what}` });
  };
  const visit = (node: ts.Node): void => {
    const named = namedValue(node);
    if (named !== undefined && limitName.test(named.name) && holdsNumber(named.value))
      found(node, named.name);
    else if (ts.isCallExpression(node)) {
      const callee = node.expression;
      const called = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
      if (timers.test(called) && node.arguments.some(isTime)) found(node, called);
    } else if (ts.isNumericLiteral(node) && /^\d+(_\d{3})+$/u.test(node.getText()) && !isConversion(node)) {
      found(node, enclosingName(node) ?? node.getText());
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return findings;
}

/** `const x = 1`, `{ x: 1 }`, `x = 1` as a parameter's, field's or binding's default. */
function namedValue(node: ts.Node): { name: string; value: ts.Expression } | undefined {
  const hasValue =
    ts.isVariableDeclaration(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isPropertyDeclaration(node);
  if (!hasValue || node.initializer === undefined) return undefined;
  const name = node.name.getText().replace(/^#/u, '');
  return { name, value: node.initializer };
}

/** A number that is written there, alone or in a product or a list; 0 and 1 bound nothing. */
function holdsNumber(value: ts.Expression): boolean {
  if (ts.isNumericLiteral(value)) return Number(value.getText().replaceAll('_', '')) > 1;
  if (ts.isBinaryExpression(value)) {
    if (ts.isNumericLiteral(value.left) && ts.isNumericLiteral(value.right)) return true;
    return ts.isBinaryExpression(value.left) && holdsNumber(value.left);
  }
  if (ts.isArrayLiteralExpression(value)) return value.elements.some(holdsNumber);
  return false;
}

function isTime(argument: ts.Expression): boolean {
  return ts.isNumericLiteral(argument)
    ? Number(argument.text) > 1
    : ts.isBinaryExpression(argument) && holdsNumber(argument);
}

/** `x * 1000`, `x / 60_000`: a change of unit, not a limit. */
function isConversion(node: ts.NumericLiteral): boolean {
  return (
    ts.isBinaryExpression(node.parent) &&
    [ts.SyntaxKind.AsteriskToken, ts.SyntaxKind.SlashToken].includes(node.parent.operatorToken.kind) &&
    !ts.isNumericLiteral(node.parent.left)
  );
}

function enclosingName(node: ts.Node): string | undefined {
  for (let one: ts.Node | undefined = node; one !== undefined; one = one.parent) {
    const named = namedValue(one);
    if (named !== undefined) return named.name;
  }
  return undefined;
}

describe('times and limits', () => {
  // What media is, and what ffmpeg takes, is no setting; the tables of settings are what is asked for.
  const files = globSync('src/**/*.ts', { cwd: root })
    .filter((file) => !/^src[/\\]encoding[/\\]/u.test(file))
    .filter((file) => !/(Rows|clientSettings)\.ts$|[/\\]daemon[/\\]settings[/\\]|settingRow\.ts$/u.test(file))
    .map((file) => path.join(root, file));
  const findings = files.flatMap(literalsOf);

  it('are settings, or stand in the table of constants with a reason', () => {
    const unknown = findings.filter(({ id }) => !Object.hasOwn(allowedConstants, id));
    assert.deepEqual(
      unknown.map(({ place, id }) => `${place} (${id})`),
      [],
      'Make it a row of a table of settings (docs/settings.md), or a row of allowedConstants.ts with the reason.',
    );
  });

  it('that are allowed are still there', () => {
    const there = new Set(findings.map(({ id }) => id));
    assert.deepEqual(
      Object.keys(allowedConstants).filter((id) => !there.has(id)),
      [],
    );
  });
});
