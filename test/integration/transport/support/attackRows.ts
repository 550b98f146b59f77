import type { Door } from './door.ts';
import { brokenFrames } from './attacksByFrames.ts';
import { fuzzedFrames } from './attacksByChance.ts';
import { fileAttacks } from './attacksOnFiles.ts';
import { fleetAttacks } from './attacksOnFleet.ts';
import { handshakeAttacks } from './attacksOnHandshake.ts';
import { pairingAttacks } from './attacksOnPairing.ts';
import { roleAttacks } from './attacksOnRoles.ts';

/** What somebody from outside tries, with nothing but a socket. */
export interface Attack {
  readonly name: string;
  /** Why it cannot be tried on this machine. */
  readonly unless?: () => string | undefined;
  readonly attack: (door: Door) => Promise<void>;
}

export const attacks: readonly Attack[] = [
  ...handshakeAttacks,
  ...roleAttacks,
  ...pairingAttacks,
  ...fileAttacks,
  ...fleetAttacks,
  ...brokenFrames,
  ...fuzzedFrames,
];
