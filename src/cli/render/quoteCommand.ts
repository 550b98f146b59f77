/** A command that can be pasted: into bash, or into PowerShell on Windows. */
export function quoteCommand(argv: readonly string[], platform: string): string {
  if (platform !== 'win32') return argv.map(quotePosix).join(' ');
  const [program = '', ...rest] = argv.map(quotePowerShell);
  // PowerShell takes a quoted first word for a string unless it is called.
  return [program.startsWith("'") ? `& ${program}` : program, ...rest].join(' ');
}

function quotePosix(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // $'…' shows what a terminal would obey: a newline or an escape in a file name.
  if (/[\n\r\t\u001b]/.test(word)) {
    const escaped = word
      .replace(/[\\']/g, '\\$&')
      .replace(/\n/g, '\\n')
      .replace(/\r/g, '\\r')
      .replace(/\t/g, '\\t');
    return `$'${escaped.replaceAll('\u001b', '\\e')}'`;
  }
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function quotePowerShell(word: string): string {
  return /^[\w+=:./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`;
}
