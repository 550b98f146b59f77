import type { Accounts } from '../coordinator/accounts/accounts.ts';
import type { Pairing } from '../coordinator/accounts/pairing.ts';
import type { Coordinator } from '../coordinator/coordinatorInterface.ts';
import type { DaemonHandlers } from '../coordinator/clientLink.ts';
import type { adminMethods } from '../protocol/adminContract.ts';
import { requireInvitation, type WorkerDialler } from './workerDialler.ts';
import { installLine } from './install/installLine.ts';

type AdminHandlers = Pick<DaemonHandlers, keyof typeof adminMethods>;

/** Where other machines reach this daemon. */
export interface Reach {
  readonly url: string;
  /** The pin of its key. */
  readonly fingerprint: string;
}

/** What the admin may ask about those who may connect. `reach`: undefined while it listens on this machine alone. */
export function adminHandlers(
  accounts: Accounts,
  pairing: Pairing,
  reach: () => Reach | undefined,
  workers: Pick<Coordinator, 'findWorker' | 'dismissWorker' | 'forgetWorker' | 'forgetClient'>,
  dialler: Pick<WorkerDialler, 'add' | 'connectFleet'>,
): AdminHandlers {
  return {
    'users.add': async ({ id, role, ranges }) => {
      const { identity: user, key } = await accounts.add({ id, name: id, role, ranges });
      return { user, key };
    },
    'users.list': async () => ({ users: await accounts.list() }),
    'users.get': async ({ id }) => ({ user: await accounts.get(id) }),
    'users.rotateKey': async ({ id }) => {
      const { identity: user, key } = await accounts.rotateKey(id);
      return { user, key };
    },
    'users.setScope': async ({ id, ...scope }) => ({ user: await accounts.setScope(id, scope) }),
    'users.remove': async ({ id }) => {
      const user = await accounts.remove(id);
      if (user.role === 'client') await workers.forgetClient(id);
      return { user };
    },
    'workers.readLink': ({ link, kind }) => {
      const { name, url, pin } = requireInvitation(link, kind);
      return Promise.resolve({ name, host: new URL(url).host, fingerprint: pin });
    },
    'workers.add': ({ link }) => dialler.add(link),
    'fleet.connect': ({ to, name }) =>
      dialler.connectFleet({
        ...('link' in to ? requireInvitation(to.link, 'fleet') : to),
        ...(name !== undefined && { name }),
      }),
    'workers.remove': async ({ worker }) => {
      const { id, local } = workers.findWorker(worker);
      workers.dismissWorker(id);
      // First the key: else it would be back before it is forgotten.
      if (!local && (await accounts.list()).some((known) => known.id === id)) await accounts.remove(id);
      return { worker: await workers.forgetWorker(id) };
    },
    'keys.reencrypt': async () => ({ count: await accounts.reencrypt() }),
    'pairing.create': ({ role }) => {
      const made = pairing.create(role);
      const where = reach();
      const install = where && role === 'worker' ? installLine(where, made.code) : undefined;
      return Promise.resolve({ ...made, reach: where && { ...where, install } });
    },
  };
}
