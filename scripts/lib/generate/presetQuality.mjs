import { existsSync, readFileSync } from 'node:fs';
import { code, table } from './schemaText.mjs';

/** What `npm run bench -- quality` wrote, if it was ever run on clips. */
const measured = new URL('../../../docs/quality.json', import.meta.url);

/** Size and likeness of the built-in presets beside the encoders' own guides. */
export function qualitySection() {
  if (!existsSync(measured)) return '';
  const { ffmpeg, rows } = JSON.parse(readFileSync(measured, 'utf8'));
  return `Measured with ffmpeg ${ffmpeg} against plain ffmpeg with the settings that each encoder’s own guide recommends, at the
same size of picture; medians over the clips (\`npm run bench -- quality\`). AV1 is tuned for the eye, which SSIM does not
reward. Images are held against the frame they were made from. Not in the table: what is copied, sound alone, GIF, contact
sheets and ladders, for which no guide names one setting.

${table(
  ['Preset', 'Clips', 'SSIM', 'SSIM of the guide’s', 'Size, guide’s = 1'],
  rows.map(({ preset, clips, ssim, guideSsim, sizeRatio }) => [
    code(preset),
    clips,
    ssim.toFixed(4),
    guideSsim.toFixed(4),
    sizeRatio.toFixed(3),
  ]),
)}

`;
}
