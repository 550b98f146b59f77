import type { Capabilities } from '../encoding/dialect.ts';
import type { Preset } from '../encoding/preset.ts';
import { slotKind } from '../encoding/slots.ts';
import { chooseVideoEncoder } from '../encoding/videoArguments.ts';
import type { CapabilityProver } from './capabilities.ts';

/** Tries what the preset names, in its order and no further than the first picture encoder that will do. */
export async function proveFor(preset: Preset, prover: CapabilityProver): Promise<Capabilities> {
  if (preset.audio) await prover.prove([preset.audio.encoder]);
  if (preset.video)
    for (const encoder of preset.video.encoders) {
      await prover.prove([encoder]);
      if (chooseVideoEncoder(preset.video, prover.known).ok) break;
    }
  return prover.known;
}

/** The kind of slot that an encode with this preset takes here; `cpu` when it will be refused anyway. */
export function slotKindFor(preset: Preset, capabilities: Capabilities): string {
  const choice = preset.video ? chooseVideoEncoder(preset.video, capabilities) : undefined;
  return choice?.ok ? slotKind(choice.encoder) : 'cpu';
}
