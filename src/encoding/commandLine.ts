import { printable } from './printable.ts';

/** An argument list as a line to paste: into bash or zsh, or into PowerShell on Windows. */
export function toCommandLine(argv: readonly string[], platform: string): string {
  if (platform !== 'win32') return argv.map(quotePosix).join(' ');
  const [program = '', ...rest] = argv.map(quotePowerShell);
  // PowerShell takes a quoted first word for a string unless it is called.
  return [program.startsWith("'") ? `& ${program}` : program, ...rest].join(' ');
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
