import type { Capabilities, Dialect } from '../encoding/dialect.ts';
import { featuresNeeded } from '../encoding/featuresNeeded.ts';
import type { OutputPreset } from '../encoding/output.ts';
import { slotKindOf, type SlotKind } from '../encoding/slots.ts';
import { audioEncodersOf } from '../encoding/soundCheck.ts';
import { chooseVideoEncoder } from '../encoding/videoEncoderChoice.ts';
import type { CapabilityProver } from './capabilities.ts';

/** What a plan of these outputs needs to know of this ffmpeg. */
export interface Proved {
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
}

/** What of that could not be found out, since its trial was cut short. */
export function unprovedOf(outputs: readonly OutputPreset[], prover: CapabilityProver): string[] {
  return prover.unproved(
    outputs.flatMap((output) => [
      ...featuresNeeded(output),
      ...audioEncodersOf(output),
      ...((output.video || undefined)?.encoders ?? []),
    ]),
  );
}

/** Tries what the outputs ask for; picture encoders in their order and no further than the first that will do. */
export async function proveFor(outputs: readonly OutputPreset[], prover: CapabilityProver): Promise<Proved> {
  await Promise.all([
    prover.proveFeatures(outputs.flatMap(featuresNeeded)),
    prover.prove(outputs.flatMap(audioEncodersOf)),
    ...outputs.map((output) => provePicture(output, prover)),
  ]);
  return { dialect: prover.dialect, capabilities: prover.known };
}

async function provePicture({ video }: OutputPreset, prover: CapabilityProver): Promise<void> {
  if (!video || video.copy === true) return;
  for (const encoder of video.encoders ?? []) {
    await prover.prove([encoder]);
    if (chooseVideoEncoder(video, prover.known).ok) return;
  }
}

/** The kind of slot that an encode of these outputs takes here; `cpu` when it will be refused anyway. */
export function slotKindFor(outputs: readonly OutputPreset[], capabilities: Capabilities): SlotKind {
  return slotKindOf(
    outputs.flatMap(({ video }) => {
      const choice = video && video.copy !== true ? chooseVideoEncoder(video, capabilities) : undefined;
      return choice?.ok ? [choice.encoder] : [];
    }),
  );
}
