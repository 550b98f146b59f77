import { DffmpegError } from '../../protocol/errors.ts';
import type { Identity } from '../../protocol/identity.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson, usersOutputSchema } from '../jsonOutput.ts';
import { table } from '../render/table.ts';
import { userLines, userRows } from '../render/userTable.ts';
import { styleFor } from '../style.ts';

export interface Scope {
  readonly from?: string[];
  readonly anywhere?: boolean;
  readonly disable?: boolean;
  readonly enable?: boolean;
}

export async function listUsers(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const { users } = await withDaemon(invocation, (daemon) => daemon.request('users.list', {}));
  if (json) printJson(io.stdout, usersOutputSchema, { users });
  else if (users.length === 0)
    io.stderr.write('Nobody may connect but you. Begin with: dffmpeg admin user add NAME --role worker\n');
  else {
    const rows = userRows(users, { style: styleFor(io.stdout, io.env), now: io.now() });
    io.stdout.write(`${table(rows).join('\n')}\n`);
  }
  return exitCodes.done;
}

export async function showUser(invocation: Invocation, id: string): Promise<number> {
  const { io } = invocation;
  const { user } = await withDaemon(invocation, (daemon) => daemon.request('users.get', { id }));
  return print(invocation, [user], userLines(user, styleFor(io.stdout, io.env)));
}

export async function changeScope(invocation: Invocation, id: string, scope: Scope): Promise<number> {
  const { from, anywhere, disable, enable } = scope;
  const ranges = anywhere === true ? [] : from;
  const disabled = disable === true ? true : enable === true ? false : undefined;
  if (ranges === undefined && disabled === undefined)
    throw new DffmpegError('request-invalid', 'Nothing was said that is to change.', {
      hint: 'Say --from RANGE…, --anywhere, --disable or --enable.',
    });
  const { user } = await withDaemon(invocation, (daemon) =>
    daemon.request('users.setScope', { id, ranges, disabled }),
  );
  const now = user.disabled
    ? 'is disabled'
    : `may come from ${user.ranges.length === 0 ? 'everywhere' : user.ranges.join(', ')}`;
  return print(invocation, [user], [`${user.id} ${now}. What it had open is closed.`]);
}

export async function deleteUsers(invocation: Invocation, ids: readonly string[]): Promise<number> {
  const users = await withDaemon(invocation, async (daemon) => {
    const removed: Identity[] = [];
    for (const id of ids) removed.push((await daemon.request('users.remove', { id })).user);
    return removed;
  });
  return print(
    invocation,
    users,
    users.map(({ id }) => `${id} is deleted. What it had open is closed.`),
  );
}

function print({ io, json }: Invocation, users: Identity[], lines: readonly string[]): number {
  if (json) printJson(io.stdout, usersOutputSchema, { users });
  else io.stdout.write(`${lines.join('\n')}\n`);
  return exitCodes.done;
}
