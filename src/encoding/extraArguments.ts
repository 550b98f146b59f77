import { extraArgumentTable } from './extraArgumentTable.ts';
import type { ExtraArgument } from './extraArgumentRow.ts';
import { quoted } from './extraArgumentValues.ts';
import type { Fault } from './extraArgumentValues.ts';
import { nearestName } from './nearestName.ts';
import { printable } from './printable.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { whyRefused } from './refusedArguments.ts';

/** Letters of all elements together: Windows takes 32,767 in a command line, and ours are to fit beside them. */
const mostLetters = 8000;

/** What stands at a place: how many elements belong to it, or which of them is at fault and why. */
type Step = { readonly takes: 1 | 2 } | { readonly at: 0 | 1; readonly fault: Fault };

/**
 * The further ffmpeg arguments of an output, as a preset gives them: options of the table with values of their
 * form. So every element is an option or its value; none is left over that ffmpeg would take for an output file.
 * The problem's path is the index of the element at fault.
 */
export function checkExtraArguments(args: readonly string[]): Outcome<{ args: string[] }> {
  let letters = 0;
  for (let index = 0; index < args.length;) {
    const step = checkNext(args[index] ?? '', args[index + 1]);
    if ('fault' in step)
      return refuse('preset-invalid', step.fault.message, step.fault.hint, [index + step.at]);
    for (const element of args.slice(index, index + step.takes)) letters += element.length;
    if (letters > mostLetters)
      return refuse(
        'preset-invalid',
        `The extra arguments have more than ${mostLetters} letters together.`,
        'Leave some out.',
        [index],
      );
    index += step.takes;
  }
  return { ok: true, args: [...args] };
}

function checkNext(element: string, next: string | undefined): Step {
  if (!/^-[^-\s]/.test(element)) return { at: 0, fault: strayFault(element) };
  const colon = element.indexOf(':');
  const name = element.slice(1, colon === -1 ? undefined : colon);
  const specifier = colon === -1 ? undefined : element.slice(colon + 1);
  const row = extraArgumentTable.get(name);
  if (row === undefined) return { at: 0, fault: unknownFault(name, element) };
  if (specifier !== undefined && !specifierPatterns[row.specifier].test(specifier))
    return { at: 0, fault: specifierFault(row, specifier) };
  if (row.value === undefined) return { takes: 1 };
  if (next === undefined)
    return {
      at: 0,
      fault: {
        message: `${quoted(element)} is the last extra argument, but it takes a value.`,
        hint: `Add the value as an element of its own, for example “${row.value.example}”.`,
      },
    };
  const fault = printable(next) === next ? row.value.fault(next, element) : controlFault(element);
  return fault === undefined ? { takes: 2 } : { at: 1, fault };
}

const streamPattern = /^(?:[vasV](?::\d{1,3})?|\d{1,3})$/;
const specifierPatterns = {
  none: /^(?!)/,
  stream: streamPattern,
  metadata: new RegExp(`^(?:g|[cp]:\\d{1,3}|s|s:(?:${streamPattern.source.slice(1, -1)}|t:\\d{1,3}))$`),
} as const;

function strayFault(element: string): Fault {
  return {
    message: `${quoted(element)} stands where an option is expected; ffmpeg would take it for an output file.`,
    hint: 'Begin an option with one “-” and give its value as the next element.',
  };
}

function unknownFault(name: string, element: string): Fault {
  const option = /^[\w-]*/.exec(name)?.[0] ?? '';
  const rest = element.slice(option.length + 1);
  // The commonest slip: option and value in one element.
  if (extraArgumentTable.has(option) && /^[\s=]/.test(rest))
    return {
      message: `${quoted(element)} is one element, but an option and its value are two.`,
      hint: `Write “-${option}” and ${quoted(rest.slice(1).trim())} as two elements.`,
    };
  const known = whyRefused(name);
  if (known !== undefined) return known;
  const near = nearestName(name, [...extraArgumentTable.keys()]);
  return {
    message: `The option ${quoted(`-${name}`)} is not among those that may be given as extra arguments.`,
    hint:
      near === undefined
        ? 'Leave it out; docs/presets.md lists the options that may be given.'
        : `Did you mean “-${near}”? docs/presets.md lists the options that may be given.`,
  };
}

function specifierFault(row: ExtraArgument, specifier: string): Fault {
  const wrong = `${quoted(specifier)} after “-${row.name}:” says no streams.`;
  if (row.specifier === 'none')
    return {
      message: `“-${row.name}” is for the whole result, so nothing may follow it after a “:”.`,
      hint: `Write “-${row.name}”.`,
    };
  return {
    message: wrong,
    hint:
      row.specifier === 'stream'
        ? `Write “-${row.name}:v”, “-${row.name}:a:0” or the like: the kind of streams, then the number from 0.`
        : 'Write “-metadata” for the file, “-metadata:s:a:0” for a stream, “-metadata:c:0” for a chapter.',
  };
}

function controlFault(element: string): Fault {
  return {
    message: `The value of ${quoted(element)} has letters that cannot be seen, such as a line break.`,
    hint: 'Take them out.',
  };
}

/** For the documentation: every option that may be given, what it takes and what it is for. */
export function extraArgumentOptions(): readonly { option: string; takes: string; for: string }[] {
  return [...extraArgumentTable.values()].map((row) => ({
    option: `-${row.name}`,
    takes: row.value?.takes ?? 'nothing',
    for: row.for,
  }));
}
