import { toCommandLines } from '../encoding/commandLine.ts';
import { printable } from '../encoding/printable.ts';
import type { PreviewFile, PreviewOutput } from './inquiry.ts';

/** What an encode would run, as a text to read and to paste; each line of words begins as a comment. */
export function previewText(
  question: { readonly source: string; readonly preset: string },
  outputs: readonly PreviewOutput[],
  platform: string,
): string {
  const head = [
    comment(`${question.source} with the preset “${question.preset}”`),
    comment('Every command runs in a folder of the job’s own, where the result gets its name afterwards.'),
  ];
  return (
    [head, ...outputs.map((output) => outputLines(output, platform))]
      .map((lines) => lines.join('\n'))
      .join('\n\n') + '\n'
  );
}

function outputLines(output: PreviewOutput, platform: string): string[] {
  const title = output.name === undefined ? '' : `${output.name}: `;
  if (!output.applies) return [comment(`${title}not made. ${output.why ?? ''}`.trimEnd())];
  const { problem } = output;
  return [
    comment(`${title}${output.path ?? ''}`),
    ...output.files.flatMap(fileLines),
    ...output.commands.flatMap(({ purpose, argv }) => [comment(purpose), toCommandLines(argv, platform)]),
    ...output.notes.map(({ message }) => comment(message)),
    ...(problem === undefined
      ? []
      : [
          comment(`Cannot be made: ${problem.message}`),
          ...(problem.hint === undefined ? [] : [comment(problem.hint)]),
        ]),
  ];
}

/** A name with a newline in it must not become a line of its own, which a shell would run. */
function comment(text: string): string {
  return `# ${printable(text)}`;
}

const shownLines = 20;

function fileLines(file: PreviewFile): string[] {
  switch (file.from) {
    case 'text': {
      const lines = file.text.trimEnd().split('\n');
      const more = lines.length - shownLines;
      return [
        comment(`${file.name}: written before, with this text:`),
        ...lines.slice(0, shownLines).map((line) => comment(`  ${line}`)),
        ...(more > 0 ? [comment(`  and ${more} more lines`)] : []),
      ];
    }
    case 'copy':
      return [comment(`${file.name}: a copy of ${file.path}`)];
    case 'source':
      return [comment(`${file.name}: brought out of the source`)];
  }
}
