import type { Point } from '../../crash/support/steps.ts';

/** Where a job on another machine is when something breaks, in the order in which it comes there. */
export interface NetworkPhase {
  readonly name: string;
  /** The daemon is held there; missing: it is where so much has been carried, or the encode has begun. */
  readonly point?: Point;
}

export const phases = [
  { name: 'the source is fetched' },
  { name: 'ffmpeg runs' },
  { name: 'the result is sent' },
  { name: 'the commit is recorded, not yet granted', point: 'commit-recorded' },
  { name: 'the result has its name, not yet acknowledged', point: 'placed' },
  { name: 'the delivery is stored, not yet answered', point: 'acknowledged' },
] as const satisfies readonly NetworkPhase[];

export type Phase = (typeof phases)[number];

export const networkFaults = [
  'cable out for 5 s',
  'cable out for 60 s',
  'kill the worker',
  'kill the daemon',
  'kill both',
] as const;
export type NetworkFault = (typeof networkFaults)[number];

export interface NetworkRow {
  readonly phase: Phase;
  readonly fault: NetworkFault;
}

export function networkRows(faults: readonly NetworkFault[] = networkFaults): NetworkRow[] {
  return phases.flatMap((phase) => faults.map((fault) => ({ phase, fault })));
}

export function networkRowName({ phase, fault }: NetworkRow): string {
  return `${fault} while ${phase.name}`;
}

/** Those in which nothing that was done is done again. */
export function losesNothing({ fault }: NetworkRow): boolean {
  return !fault.startsWith('kill') || fault === 'kill the daemon';
}

/** A part in which each fault but the longest meets a phase, and each phase before the commit a fault. */
export function coveringNetworkRows(): NetworkRow[] {
  const faults = ['kill the daemon', 'kill both', 'cable out for 5 s', 'kill the worker'] as const;
  return faults.flatMap((fault, index) => {
    const phase = phases[index];
    return phase ? [{ phase, fault }] : [];
  });
}
