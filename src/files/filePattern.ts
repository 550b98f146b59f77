/**
 * Whether a file is meant by a pattern: `*` and `?` stay within a name, `**` crosses folders, `{a,b}` is either.
 * Upper and lower case are the same, as cameras and systems differ in it.
 */
export type FilePattern = (relativePath: string) => boolean;

/**
 * A pattern without a slash is of the name alone. `relativePath` begins at the folder, with `/` between names.
 * Patterns may be a stranger's: a look takes pattern × path steps whatever they are, and never goes back.
 */
export function filePattern(pattern: string): FilePattern {
  const whole = pattern.replaceAll('\\', '/').replace(/^\.?\//, '');
  const automaton = compile(whole);
  if (whole.includes('/')) return (relativePath) => accepts(automaton, relativePath);
  return (relativePath) => accepts(automaton, relativePath.slice(relativePath.lastIndexOf('/') + 1));
}

type CharacterTest = (character: string) => boolean;

interface State {
  /** States that are reached with no character. */
  readonly free: number[];
  /** The state that is reached with a character that fits. */
  step?: { readonly fits: CharacterTest; readonly to: number };
}

/** Begins at state 0. Nothing fits where `end` is undefined. */
interface Automaton {
  readonly states: readonly State[];
  readonly end: number | undefined;
}

const any: CharacterTest = () => true;
const inName: CharacterTest = (character) => character !== '/';

/** Of one character alone: nothing to go back to. */
function literal(character: string): CharacterTest {
  const folded = new RegExp(`^${/[\\^$.*+?()[\]{}|/]/u.test(character) ? '\\' : ''}${character}$`, 'iu');
  return (given) => given === character || folded.test(given);
}

class Builder {
  readonly states: State[] = [{ free: [] }];
  at = 0;

  add(): number {
    return this.states.push({ free: [] }) - 1;
  }

  free(from: number, to: number): void {
    this.states[from]?.free.push(to);
  }

  step(fits: CharacterTest, to = this.add()): void {
    const state = this.states[this.at];
    if (state) state.step = { fits, to };
    this.at = to;
  }

  /** Goes on with a state of its own. */
  fresh(from = this.at): number {
    const state = this.add();
    this.free(from, state);
    this.at = state;
    return state;
  }

  anyNumber(fits: CharacterTest): void {
    this.step(fits, this.fresh());
    this.fresh();
  }

  anyFolders(): void {
    const before = this.fresh();
    this.fresh();
    this.step(inName);
    this.anyNumber(inName);
    this.step(literal('/'), before);
    this.fresh();
  }
}

function compile(pattern: string): Automaton {
  const builder = new Builder();
  const open: { readonly from: number; readonly to: number }[] = [];
  for (let at = 0; at < pattern.length;) {
    const character = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
    const group = open.at(-1);
    if (pattern.startsWith('**/', at)) {
      builder.anyFolders();
      at += 3;
      continue;
    }
    if (pattern.startsWith('**', at)) {
      builder.anyNumber(any);
      at += 2;
      continue;
    }
    if (character === '*') builder.anyNumber(inName);
    else if (character === '?') builder.step(inName);
    else if (character === '{' && pattern.includes('}', at)) {
      const from = builder.fresh();
      open.push({ from, to: builder.add() });
      builder.fresh(from);
    } else if (character === '}' && group) {
      builder.free(builder.at, group.to);
      builder.at = group.to;
      open.pop();
    } else if (character === ',' && group) {
      builder.free(builder.at, group.to);
      builder.fresh(group.from);
    } else builder.step(literal(character));
    at += character.length;
  }
  // A brace within one that is never closed: the whole is a name that nothing has.
  return { states: builder.states, end: open.length === 0 ? builder.at : undefined };
}

/** Walks along the text once, with all states that may have been reached so far. */
function accepts({ states, end }: Automaton, text: string): boolean {
  if (end === undefined) return false;
  let reached = withFree(states, [0]);
  for (const character of text) {
    const next: number[] = [];
    for (const state of reached) {
      const step = states[state]?.step;
      if (step?.fits(character)) next.push(step.to);
    }
    if (next.length === 0) return false;
    reached = withFree(states, next);
  }
  return reached.has(end);
}

function withFree(states: readonly State[], from: readonly number[]): Set<number> {
  const reached = new Set(from);
  // A set that grows is walked to its new end.
  for (const state of reached) for (const next of states[state]?.free ?? []) reached.add(next);
  return reached;
}
