import { extraArgumentTable, isOfPicture } from './extraArgumentTable.ts';

/** Options whose value is a list of parameters: ffmpeg would forget the first list when it meets a second. */
const parameterOptions = ['x264-params', 'x265-params', 'svtav1-params', 'aom-params'];

/**
 * DFFmpeg's own arguments of an output and, after them, the preset's further ones, which were checked
 * (extraArguments.ts): of an option given twice ffmpeg takes the last. Parameters of one encoder library are joined
 * instead, so that a preset's `aq-mode=3` does not take away the HDR metadata.
 */
export function addExtraArguments(own: readonly string[], extra: readonly string[]): string[] {
  const result = [...own];
  for (const { elements, name, specifier } of optionsOf(extra)) {
    const joined = parameterOptions.includes(name) ? sameOptions(result, name, specifier) : [];
    if (joined.length === 0) result.push(...elements);
    for (const at of joined) result[at + 1] = `${result[at + 1]}:${elements[1]}`;
  }
  return result;
}

/** Those that concern the picture, for a first pass, which has nothing else. */
export function pictureArguments(extra: readonly string[]): string[] {
  return optionsOf(extra)
    .filter(
      ({ name, specifier }) => isOfPicture(name) && (specifier === undefined || /^[vV0]/.test(specifier)),
    )
    .flatMap(({ elements }) => elements);
}

interface GivenOption {
  readonly elements: readonly string[];
  readonly name: string;
  readonly specifier: string | undefined;
}

function optionsOf(args: readonly string[]): GivenOption[] {
  const options: GivenOption[] = [];
  for (let index = 0; index < args.length;) {
    const { name, specifier } = nameOf(args[index] ?? '');
    const end = index + (extraArgumentTable.get(name)?.value === undefined ? 1 : 2);
    options.push({ elements: args.slice(index, end), name, specifier });
    index = end;
  }
  return options;
}

function nameOf(option: string): { name: string; specifier: string | undefined } {
  const [name = '', ...specifier] = option.slice(1).split(':');
  return { name, specifier: specifier.length === 0 ? undefined : specifier.join(':') };
}

/** Where `args` has the option for the same streams; one without a specifier is for all. */
function sameOptions(args: readonly string[], name: string, specifier: string | undefined): number[] {
  return args.flatMap((element, index) => {
    if (!element.startsWith('-') || index + 1 === args.length) return [];
    const other = nameOf(element);
    const same = specifier === undefined || other.specifier === undefined || other.specifier === specifier;
    return other.name === name && same ? [index] : [];
  });
}
