import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationTarget, env, ProgressLocation, window, workspace } from 'vscode';
import type { ClientMethods } from '../protocol/clientContract.ts';
import type { Result } from '../protocol/contract.ts';
import type { InvitationKind } from '../protocol/invitation.ts';
import type { WorkerInfo } from '../protocol/model.ts';
import type { DaemonSession } from './session/daemonSession.ts';
import { section } from './settings.ts';
import { ensureTrusted } from './trust.ts';

type Pairing = Result<ClientMethods['pairing.create']>;

const allow = 'Allow and Restart';
const copy = 'Copy Line';
/** What a daemon listens on once a person has allowed it. */
const everyAddress = '0.0.0.0:7450';
/** Between two looks at who is there. Milliseconds. */
const lookEvery = 1000;

const byLine = '$(copy) Copy a line to paste on it';
const byLink = '$(link) Paste the link that it shows';

/** Either way round: the other machine connects to this one, or this one to it. */
export async function addWorker(session: DaemonSession): Promise<void> {
  if (!(await ensureTrusted())) return;
  const choice = await window.showQuickPick(
    [
      { label: byLine, detail: 'It connects to this machine, and needs nothing but ffmpeg.' },
      {
        label: byLink,
        detail: 'This machine connects to it: “dffmpeg worker run --listen 0.0.0.0:7451” there.',
      },
    ],
    { title: 'Add a worker' },
  );
  if (choice?.label === byLine) await addByLine(session);
  if (choice?.label !== byLink) return;
  const link = await window.showInputBox({
    title: 'Link of the worker',
    placeHolder: 'dffmpeg://add-worker?w=…',
  });
  if (link !== undefined) await addByLink(session, link);
}

/** The workers of another daemon, as one of this machine’s. */
export async function connectFleet(session: DaemonSession): Promise<void> {
  if (!(await ensureTrusted())) return;
  const link = await window.showInputBox({
    title: 'Link of the fleet',
    prompt: '“dffmpeg fleet invite” on the fleet’s machine shows it.',
    placeHolder: 'dffmpeg://connect-fleet?w=…',
  });
  if (link !== undefined) await addByLink(session, link, 'fleet');
}

/** A link may come from anywhere: nothing is done before a person has seen where it leads. */
export async function addByLink(
  session: DaemonSession,
  link: string,
  kind: InvitationKind = 'worker',
): Promise<void> {
  if (!(await ensureTrusted())) return;
  const { name, host, fingerprint } = await session.request('workers.readLink', { link, kind });
  const isWorker = kind === 'worker';
  const add = isWorker ? 'Add Worker' : 'Connect';
  const choice = await window.showWarningMessage(
    isWorker
      ? `Let “${name}” encode files of this machine?`
      : `Let the workers of “${name}” encode files of this machine?`,
    {
      modal: true,
      detail: `DFFmpeg connects to ${host}, and sends there what is to be encoded. The key that must answer:\n${fingerprint}\nCompare it with what is shown there.`,
    },
    add,
  );
  if (choice !== add) return;
  if (isWorker) await session.request('workers.add', { link });
  else await session.request('fleet.connect', { to: { link } });
  void window.showInformationMessage(isWorker ? `${name} is a worker now.` : `Encodes go to ${name}, too.`);
}

/** One line to paste on another machine, and the wait until it is a worker. */
async function addByLine(session: DaemonSession): Promise<void> {
  const pairing = await reachable(session);
  if (!pairing?.reach) return;
  const { url, fingerprint, install } = pairing.reach;
  const line = install ?? `dffmpeg worker run --join ${url} --pair ${pairing.code} --pin ${fingerprint}`;
  const known = new Set((await others(session)).map(({ id }) => id));
  const choice = await window.showInformationMessage(
    'Paste one line on the machine that is to become a worker.',
    {
      modal: true,
      detail: `${line}\n\nIt is good once, until ${new Date(pairing.expiresAt).toLocaleTimeString()}. The machine needs ffmpeg, and nothing else: files come and go over this connection.`,
    },
    copy,
  );
  if (choice !== copy) return;
  await env.clipboard.writeText(line);
  const joined = await whenJoined(session, known, pairing.expiresAt);
  if (joined) void window.showInformationMessage(`${joined.name} is a worker now.`);
}

/** Asks before anything but this machine can connect. Undefined where the person would rather not. */
async function reachable(session: DaemonSession): Promise<Pairing | undefined> {
  const pairing = await session.request('pairing.create', { role: 'worker' });
  if (pairing.reach) return pairing;
  const choice = await window.showWarningMessage(
    'Let other machines connect to DFFmpeg on this one?',
    {
      modal: true,
      detail: `Its daemon then listens on port 7450 of every network of this machine (setting “${section}.listen”), encrypted, and lets in who has a code or a key of yours. It starts anew for that: running encodes begin anew.`,
    },
    allow,
  );
  if (choice !== allow) return undefined;
  await workspace.getConfiguration(section).update('listen', everyAddress, ConfigurationTarget.Global);
  await session.writeSettings();
  await session.restart();
  const again = await session.request('pairing.create', { role: 'worker' });
  if (!again.reach)
    void window.showErrorMessage('Other machines still cannot connect: the log of the daemon says why.');
  return again;
}

async function whenJoined(
  session: DaemonSession,
  known: ReadonlySet<string>,
  expiresAt: number,
): Promise<WorkerInfo | undefined> {
  const title = 'The line is copied. Waiting for the machine on which you paste it';
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      while (!token.isCancellationRequested && Date.now() < expiresAt) {
        const joined = (await others(session)).find(({ id, connected }) => connected && !known.has(id));
        if (joined) return joined;
        await delay(lookEvery);
      }
      return undefined;
    },
  );
}

/** Right after a restart neither this machine's own worker nor those that were here before need be connected yet. */
async function others(session: DaemonSession): Promise<WorkerInfo[]> {
  const { workers } = await session.request('workers.list', {});
  return workers.filter(({ local }) => !local);
}
