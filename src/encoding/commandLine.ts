import { printable } from './printable.ts';

/** An argument list as a line to paste: into bash or zsh, or into PowerShell on Windows. */
export function toCommandLine(argv: readonly string[], platform: string): string {
  return quoted(argv, platform).join(' ');
}

/** Letters of a line that is read without scrolling. */
const readable = 80;

/** The same over several lines, each from an option on, for people to read; pasted, it is the same command. */
export function toCommandLines(argv: readonly string[], platform: string): string {
  const continued = platform === 'win32' ? ' `\n  ' : ' \\\n  ';
  const lines: string[] = [];
  for (const group of optionGroups(quoted(argv, platform))) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + group.length <= readable)
      lines[lines.length - 1] = `${line} ${group}`;
    else lines.push(group);
  }
  return lines.join(continued);
}

/** An option and what belongs to it stay together. */
function optionGroups(words: readonly string[]): string[] {
  const groups: string[] = [];
  for (const word of words) {
    if (groups.length === 0 || /^-[a-z]/iu.test(word)) groups.push(word);
    else groups.push(`${groups.pop() ?? ''} ${word}`);
  }
  return groups;
}

function quoted(argv: readonly string[], platform: string): string[] {
  if (platform !== 'win32') return argv.map(quotePosix);
  const [program = '', ...rest] = argv.map(quotePowerShell);
  // PowerShell takes a quoted first word for a string unless it is called.
  return [program.startsWith("'") ? `& ${program}` : program, ...rest];
}

function quotePosix(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // $'…' says what a terminal would obey: a newline or an escape in a file name.
  return printable(word) === word
    ? `'${word.replaceAll("'", `'\\''`)}'`
    : `$'${[...word].map(escapeLetter).join('')}'`;
}

function escapeLetter(letter: string): string {
  if (letter === '\\' || letter === "'") return `\\${letter}`;
  if (letter === '\n') return '\\n';
  if (printable(letter) === letter) return letter;
  const bytes = new TextEncoder().encode(letter);
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

function quotePowerShell(word: string): string {
  return /^[\w+=:./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`;
}
