import path from 'node:path';
import { readJsoncFile } from './jsoncFile.ts';
import {
  count,
  defaultsOf,
  duration,
  ratio,
  variableOf,
  type SettingRow,
  type SettingValues,
} from '../protocol/settingRow.ts';
import { channelRows } from '../transport/channelRows.ts';

/** What those who connect to the daemon live by. */
export const clientSettings = {
  startTimeoutSeconds: duration(
    'seconds',
    20,
    'How long a daemon that is started may take to be ready; a cold start takes less than one.',
    { min: 1 },
  ),
  startLookMs: duration(
    'milliseconds',
    100,
    'How often it is looked for meanwhile, where the system cannot watch files.',
    { min: 10 },
  ),
  startAgainMs: duration(
    'milliseconds',
    500,
    'Another daemon is about to be gone: it is started again after so long.',
    { min: 10 },
  ),
  nodeTrialSeconds: duration('seconds', 10, 'How long a Node may take to show that it can run the daemon.', {
    min: 0.1,
  }),
  dialTimeoutSeconds: duration('seconds', 10, 'How long a daemon may take to answer a new connection.', {
    min: 0.1,
  }),
  openTimeoutSeconds: duration('seconds', 10, 'How long it may then take to say which version it is.', {
    min: 0.1,
  }),
  dialAttempts: count(3, 'How often a connection is tried while daemons come and go.', { min: 1, max: 100 }),
  reconnectMinMs: duration(
    'milliseconds',
    250,
    'A connection that was lost is tried again after so long; longer each further time.',
    { min: 1 },
  ),
  reconnectMaxSeconds: duration('seconds', 30, 'The longest wait between two such tries.', { min: 0.1 }),
  reconnectFactor: ratio(2, 'Each such wait is so many times as long as the one before.', {
    min: 1,
    max: 100,
  }),
  reconnectJitter: ratio(0.1, 'Such a wait is longer or shorter by chance, by up to this part of it.'),
  ...channelRows,
  submitsAtOnce: count(64, 'Jobs that `encode` hands over to the daemon at once.', { min: 1, max: 200 }),
  detachHintSeconds: duration(
    'seconds',
    8,
    'The progress line mentions `--detach` when an encode takes longer than this.',
  ),
  plainProgressSeconds: duration('seconds', 5, 'How often progress is printed where there is no terminal.', {
    min: 0.1,
  }),
  doctorWaitSeconds: duration(
    'seconds',
    20,
    'How long `doctor` waits for trial runs; what is not known by then is told as not tried yet.',
  ),
} as const satisfies Record<string, SettingRow>;

export type ClientSettingKey = keyof typeof clientSettings;
export type ClientSettings = SettingValues<typeof clientSettings>;

const rows = Object.entries(clientSettings) as [ClientSettingKey, SettingRow][];

export const defaultClientSettings = defaultsOf(clientSettings);

/**
 * The values that count for a client: variable over `config.jsonc` over `config.vscode.json` over default. What is
 * wrong is passed over here; the daemon, which reads the same files, and `doctor` name it.
 */
export async function readClientSettings(
  stateDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ClientSettings> {
  const layers: Readonly<Record<string, unknown>>[] = [variables(env)];
  for (const name of ['config.jsonc', 'config.vscode.json']) {
    const document = await readJsoncFile(path.join(stateDir, name));
    if (typeof document?.value === 'object' && document.value !== null)
      layers.push(document.value as Readonly<Record<string, unknown>>);
  }
  const values = rows.map(([key, row]) => {
    for (const layer of layers) {
      if (!Object.hasOwn(layer, key)) continue;
      const checked = row.schema.safeParse(layer[key]);
      if (checked.success) return [key, checked.data];
    }
    return [key, row.default];
  });
  return Object.fromEntries(values) as ClientSettings;
}

function variables(env: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  return Object.fromEntries(
    rows.flatMap(([key, row]) => {
      const text = env[variableOf(key)];
      return text === undefined || text === '' ? [] : [[key, row.text?.(text)]];
    }),
  );
}
