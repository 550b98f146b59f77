import { readFile } from 'node:fs/promises';
import { findNodeAtLocation, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';

/** A person's JSON with comments (settings.json, config.jsonc), with the places of what is wrong in it. */
export interface JsoncDocument {
  readonly file: string;
  /** `undefined` when the text is not JSONC at all: a half-understood file is worse than none. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** `file:line` (1-based) of a key, or of the nearest parent that is there. */
  place(keys: readonly (string | number)[]): string;
}

export interface Problem {
  /** `file:line`, or what else a person would look at: a flag, a variable. */
  readonly place: string;
  readonly message: string;
}

/** @returns `undefined` when there is no such file. Other errors of reading are problems of the document. */
export async function readJsoncFile(file: string): Promise<JsoncDocument | undefined> {
  try {
    return parseJsonc(file, await readFile(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    return unreadable(file, `It could not be read: ${message}`);
  }
}

export function parseJsonc(file: string, text: string): JsoncDocument {
  const errors: ParseError[] = [];
  const withoutMark = text.replace(/^\uFEFF/, '');
  if (withoutMark.trim() === '') return { file, value: {}, problems: [], place: () => `${file}:1` };
  const options = { allowTrailingComma: true };
  const tree = parseTree(withoutMark, errors, options);
  const line = (offset: number): number => withoutMark.slice(0, offset).split('\n').length;
  const problems = errors.slice(0, 1).map((error) => ({
    place: `${file}:${line(error.offset)}`,
    message: `This is not valid JSON with comments: ${sentenceOf(error)}.`,
  }));
  return {
    file,
    value: problems.length > 0 ? undefined : (parse(withoutMark, [], options) as unknown),
    problems,
    place: (keys) => `${file}:${line(nearest(tree, keys)?.offset ?? 0)}`,
  };
}

function nearest(tree: Node | undefined, keys: readonly (string | number)[]): Node | undefined {
  if (tree === undefined) return undefined;
  for (let length = keys.length; length >= 0; length -= 1) {
    const node = findNodeAtLocation(tree, keys.slice(0, length));
    // A property's own line is that of its key, not of where its value ends up.
    if (node !== undefined) return node.parent?.type === 'property' ? node.parent : node;
  }
  return tree;
}

/** `CommaExpected` → `comma expected`. */
function sentenceOf({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

function unreadable(file: string, message: string): JsoncDocument {
  return { file, value: undefined, problems: [{ place: file, message }], place: () => file };
}
