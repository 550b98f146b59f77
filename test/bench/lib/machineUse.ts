import os from 'node:os';

/** Processor seconds that the whole machine has used so far, whoever did. Nothing where the system does not tell. */
export function machineCpuSeconds(): number {
  const busy = os.cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq);
  return busy.reduce((sum, each) => sum + each, 0) / 1000;
}

/** Of a core, on average: what others may have used without a benchmark’s saying that the machine was not idle. */
const idleCores = 0.1;

/** Says so where others used the machine: figures are then of what they left. `others`: cores, of each round. */
export function sayWhetherIdle(others: readonly number[]): void {
  const most = Math.max(...others);
  if (most <= idleCores) console.log('The machine was idle otherwise.');
  else
    console.log(
      `THE MACHINE WAS NOT IDLE: others used up to ${most.toFixed(2)} of ${os.cpus().length} cores (${others.filter((each) => each > idleCores).length} of ${others.length} rounds above ${idleCores}).`,
    );
}
