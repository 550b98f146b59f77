import { spawn } from 'node:child_process';
import { root } from './setup.mjs';

/**
 * Runs a program of ours with our terminal, and answers its exit code (128 + n when a signal ended it).
 * Signals for us go to it: we end after it does.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>}
 */
export function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: 'inherit',
    });
    const pass = (signal) => child.kill(signal);
    const signals = ['SIGTERM', 'SIGHUP'];
    // Ctrl+C reaches the whole terminal; only we must not leave first.
    const stay = () => undefined;
    for (const signal of signals) process.on(signal, pass);
    process.on('SIGINT', stay);
    const done = () => {
      for (const signal of signals) process.off(signal, pass);
      process.off('SIGINT', stay);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      done();
      resolve(signal ? 130 : (code ?? 1));
    });
  });
}

/** Under this very Node. */
export const runNode = (args, options) => run(process.execPath, args, options);
