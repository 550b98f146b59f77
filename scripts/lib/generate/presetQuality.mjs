import { existsSync, readFileSync } from 'node:fs';
import { code, table } from './schemaText.mjs';

/** What `npm run bench -- quality` wrote, if it was ever run on clips. */
const measured = new URL('../../../docs/quality.json', import.meta.url);

/** Size and likeness of the built-in presets beside the encoders' own guides. */
export function qualitySection() {
  if (!existsSync(measured)) return '';
  const { ffmpeg, rows } = JSON.parse(readFileSync(measured, 'utf8'));
  return `Measured with ffmpeg ${ffmpeg} against plain ffmpeg with the settings that each encoder’s own guide recommends, at the
same size of picture; medians over the clips (\`npm run bench -- quality\`).

${table(
  ['Preset', 'Clips', 'SSIM', 'SSIM of the guide’s', 'Size, guide’s = 1'],
  rows.map(({ preset, clips, ssim, guideSsim, sizeRatio }) => [
    code(preset),
    clips,
    ssim,
    guideSsim,
    sizeRatio,
  ]),
)}

`;
}
