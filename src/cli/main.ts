#!/usr/bin/env node
import { adminCommand } from './commands/admin.ts';
import { checkCommand } from './commands/check.ts';
import { coordinatorCommand } from './commands/coordinator.ts';
import { doctorCommand } from './commands/doctor.ts';
import { encodeCommand } from './commands/encode.ts';
import { fleetCommand } from './commands/fleet.ts';
import { jobCommands } from './commands/job.ts';
import { measureCommand } from './commands/measure.ts';
import { presetsCommand } from './commands/presets.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { stopCommand } from './commands/stop.ts';
import { watchCommand } from './commands/watch.ts';
import { workerCommands } from './commands/worker.ts';
import { processIo } from './io.ts';
import { runProgram } from './program.ts';
import { programVersion } from './programFiles.ts';

process.exitCode = await runProgram(process.argv.slice(2), {
  io: processIo(),
  version: programVersion(),
  commands: [
    encodeCommand,
    jobCommands,
    workerCommands,
    fleetCommand,
    statusCommand,
    presetsCommand,
    checkCommand,
    measureCommand,
    watchCommand,
    adminCommand,
    doctorCommand,
    serveCommand,
    coordinatorCommand,
    stopCommand,
  ],
});
