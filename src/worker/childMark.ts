import { readlinkSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isGone, linuxStartNow, processStart } from './processTable.ts';

/** The variable of a child's environment that names the process it belongs to. */
const variable = 'DFFMPEG_CHILD_OF';

let own: string | undefined;

/** What each child gets into its environment. */
export function childMark(): Readonly<Record<string, string>> {
  own ??= `${ownNamespace()}/${process.pid}/${linuxStartNow(process.pid) ?? ''}`;
  return { [variable]: own };
}

/** Processes with the mark of one that is gone. Only Linux shows the environment of other processes. */
export async function markedOrphans(): Promise<{ pid: number; start: string }[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => orphan(pid)));
  return found.flatMap((each) => each ?? []);
}

async function orphan(pid: number): Promise<{ pid: number; start: string } | undefined> {
  // Of another user, or gone.
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const mark = environment.split('\0').find((line) => line.startsWith(`${variable}=`));
  if (mark === undefined) return undefined;
  const [namespace, owner, ownerStart] = mark.slice(variable.length + 1).split('/');
  // Within a container, ids are others: whether an owner there lives cannot be told from outside.
  if (namespace !== ownNamespace() || !ownerStart) return undefined;
  if (!(await isGone(Number(owner), ownerStart))) return undefined;
  const start = await processStart(pid);
  return start === undefined ? undefined : { pid, start };
}

function ownNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
