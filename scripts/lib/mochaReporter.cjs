/**
 * Mocha's spec reporter, which also leaves the counts in the file that DFFMPEG_TEST_COUNTS names, and ends a run that
 * does not end by itself once its tests are over: that is a test, or a product, which left something open.
 */
'use strict';

const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

/** How long what the last test closed may take to be closed, in milliseconds. */
const END_WITHIN_MS = 30_000;

class SpecWithCounts extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env.DFFMPEG_TEST_COUNTS;
      const { passes, failures, pending } = runner.stats;
      if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
      setTimeout(endWhatStaysOpen, END_WITHIN_MS).unref();
    });
  }
}

function endWhatStaysOpen() {
  console.error(`The tests are over, and ${END_WITHIN_MS / 1000} s later this is still open:`);
  // Node has no documented way to see more than the kinds: which file, port or process it is says where to look.
  const handles = process._getActiveHandles?.() ?? [];
  const lines = handles.length > 0 ? handles.map(describe) : process.getActiveResourcesInfo();
  for (const line of lines) console.error(`  ${line}`);
  // Mocha has a listener of its own that sets the code to the number of failures: ours comes after it.
  process.once('exit', () => (process.exitCode = 1));
  process.exit();
}

function describe(handle) {
  const details = {
    pid: handle.pid,
    command: handle.spawnargs?.slice(0, 6).join(' '),
    file: handle.filename ?? handle.path,
    listens: handle.listening ? JSON.stringify(handle.address()) : undefined,
    from: handle.localPort,
    to: handle.remotePort,
    fd: handle.fd ?? handle._handle?.fd,
  };
  const told = Object.entries(details).filter(([, value]) => value !== undefined && value !== null);
  return [handle.constructor.name, ...told.map(([key, value]) => `${key}: ${value}`)].join(', ');
}

module.exports = SpecWithCounts;
