/** An argument list as a line to paste: into a POSIX shell, or into PowerShell on Windows. */
export function toCommandLine(argv: readonly string[], platform: string): string {
  if (platform !== 'win32') return argv.map(quotePosix).join(' ');
  const [program = '', ...rest] = argv.map(quotePowerShell);
  // PowerShell takes a quoted first word for a string unless it is called.
  return [program.startsWith("'") ? `& ${program}` : program, ...rest].join(' ');
}

function quotePosix(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

function quotePowerShell(argument: string): string {
  return /^[\w+=:./\\-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "''")}'`;
}
