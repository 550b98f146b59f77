import { toCommandLine } from '../encoding/commandLine.ts';
import type { PreviewOutput } from './inquiry.ts';

/** What an encode would run, as a text to read and to paste; each line of words begins as a comment. */
export function previewText(
  question: { readonly source: string; readonly preset: string },
  outputs: readonly PreviewOutput[],
  platform: string,
): string {
  const head = [
    `# ${question.source} with the preset “${question.preset}”`,
    '# Every command runs in a folder of the job’s own, where the result gets its name afterwards.',
  ];
  return (
    [head, ...outputs.map((output) => outputLines(output, platform))]
      .map((lines) => lines.join('\n'))
      .join('\n\n') + '\n'
  );
}

function outputLines(output: PreviewOutput, platform: string): string[] {
  const title = output.name === undefined ? '' : `${output.name}: `;
  if (!output.applies) return [`# ${title}not made. ${output.why ?? ''}`.trimEnd()];
  const { problem } = output;
  return [
    `# ${title}${output.path ?? ''}`,
    ...output.files.map((file) => `# ${file.name}: ${fileText(file)}`),
    ...output.commands.flatMap(({ purpose, argv }) => [`# ${purpose}`, toCommandLine(argv, platform)]),
    ...output.notes.map(({ message }) => `# ${message}`),
    ...(problem === undefined
      ? []
      : [
          `# Cannot be made: ${problem.message}`,
          ...(problem.hint === undefined ? [] : [`# ${problem.hint}`]),
        ]),
  ];
}

function fileText(file: PreviewOutput['files'][number]): string {
  switch (file.from) {
    case 'text':
      return 'written before';
    case 'copy':
      return `a copy of ${file.path}`;
    case 'source':
      return 'brought out of the source';
  }
}
