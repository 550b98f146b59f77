import type { Capabilities } from '../encoding/dialect.ts';
import { slotKind } from '../encoding/slots.ts';

/** Encoders are threaded: more than one software encode pays only on many cores. */
const coresPerEncode = 8;
/** What consumer cards take at once without refusing. */
const perHardwareKind = 2;
const probes = 4;

/** Slot kind → how many tasks at once. `configured` replaces single kinds; a hardware kind needs a proved encoder. */
export function slotTable(
  cores: number,
  capabilities: Capabilities,
  configured: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const slots: Record<string, number> = {
    probe: probes,
    cpu: Math.max(1, Math.floor(cores / coresPerEncode)),
  };
  for (const [encoder, capability] of Object.entries(capabilities)) {
    const kind = slotKind(encoder);
    if (capability.usable) slots[kind] ??= perHardwareKind;
  }
  for (const [kind, count] of Object.entries(configured)) if (kind in slots) slots[kind] = count;
  return slots;
}
