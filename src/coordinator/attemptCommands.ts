import type { AttemptCommand, Exit } from '../protocol/model.ts';
import type { TaskReport } from '../protocol/tasks.ts';
import type { JobChange } from './jobChanges.ts';
import type { AttemptRecord } from './store/records.ts';

/** The commands of an attempt, and how each ended: pure. */

/** Commands of one attempt that are kept: more than any plan has. */
const maxCommands = 500;
const endedWell: Exit = { code: 0, signal: null };

/** Undefined when it is told again. */
export function start(
  attempt: AttemptRecord,
  { type: _, pid, processStart, directory, ...command }: Extract<TaskReport, { type: 'started' }>,
): JobChange | undefined {
  const { commands = [] } = attempt;
  if (attempt.pid === pid && attempt.processStart === processStart && isSame(commands.at(-1), command))
    return undefined;
  const all = [...withExit(commands, endedWell), command].slice(-maxCommands);
  const argv = command.purpose === 'encode' ? command.argv : attempt.argv;
  return {
    attempts: [{ ...attempt, argv, commands: all, exit: undefined, pid, processStart, directory }],
  };
}

function isSame(one: AttemptCommand | undefined, { argv }: AttemptCommand): boolean {
  return (
    one !== undefined && one.argv.length === argv.length && one.argv.every((each, at) => each === argv[at])
  );
}

/** How the command ended that ran last. */
function withExit(commands: readonly AttemptCommand[], exit: Exit): AttemptCommand[] {
  return commands.map((each, at) =>
    at === commands.length - 1 ? { ...each, exit: each.exit ?? exit } : each,
  );
}

/** How the attempt's last command ended, where that is known. */
export function ended(attempt: AttemptRecord, exit: Exit | undefined): AttemptRecord {
  const { commands } = attempt;
  return {
    ...attempt,
    exit: exit ?? attempt.exit,
    ...(commands && exit ? { commands: withExit(commands, exit) } : {}),
  };
}
