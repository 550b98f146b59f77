/** Mocha's spec reporter, which also leaves the counts in the file that DFFMPEG_TEST_COUNTS names. */
'use strict';

const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

class SpecWithCounts extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env.DFFMPEG_TEST_COUNTS;
      const { passes, failures, pending } = runner.stats;
      if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
}

module.exports = SpecWithCounts;
