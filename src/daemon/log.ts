import { fstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { pino, stdTimeFunctions, type Logger } from 'pino';
import type { Config } from './config.ts';
import { RotatingFile } from './rotatingFile.ts';

export type Log = Logger;

export interface DaemonLog {
  readonly log: Log;
  setLevel(level: Config['logLevel']): void;
  /** From now on this text is shown as `[key]`, wherever it turns up. */
  redact(secret: string): void;
  close(): void;
}

export interface LogOptions {
  readonly stateDir: string;
  readonly level: Config['logLevel'];
  readonly maxBytes: number;
  readonly keep: number;
  /** The disk is nearly full: what can be left out is. */
  readonly isLow?: () => boolean;
  readonly stderr: { write(text: string): unknown };
}

/** JSON lines to `<state>/logs/daemon.log` and to stderr. */
export function openLog({ stateDir, level, maxBytes, keep, isLow, stderr }: LogOptions): DaemonLog {
  const file = new RotatingFile({
    ...{ file: path.join(stateDir, 'logs', 'daemon.log'), maxBytes, keep, gap: gapLine },
    ...(isLow ? { isLow } : {}),
  });
  const secrets = new Set<string>();
  const toStderr = !isStartLog(stateDir);
  const write = (line: string): void => {
    let clean = line;
    for (const secret of secrets) clean = clean.replaceAll(secret, '[key]');
    file.write(clean);
    if (toStderr) stderr.write(clean);
  };
  const log = pino(
    {
      level,
      base: undefined,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ['key', '*.key'], censor: '[key]' },
    },
    { write },
  );
  return {
    log,
    setLevel: (next) => {
      log.level = next;
    },
    redact: (secret) => void secrets.add(secret),
    close: () => file.close(),
  };
}

/** As pino writes them. */
function gapLine(lost: number | undefined): string {
  const msg =
    lost === undefined
      ? 'The disk of the logs is nearly full: lines are left out from here on. Jobs go on.'
      : `${lost} lines are missing here, because the disk of the logs was full or nearly so.`;
  return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), msg })}\n`;
}

/**
 * A client that starts the daemon leaves its stderr in `daemon-start.log`, for the words of a start that failed. The
 * log would only stand there a second time, and grow without bound.
 */
function isStartLog(stateDir: string): boolean {
  try {
    const [open, named] = [fstatSync(2), statSync(path.join(stateDir, 'logs', 'daemon-start.log'))];
    return open.isFile() && open.ino === named.ino && open.dev === named.dev;
  } catch {
    return false;
  }
}
