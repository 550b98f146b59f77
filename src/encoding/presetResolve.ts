import { builtinPresets } from './builtinPresets.ts';
import { nearestName } from './nearestName.ts';
import { presetNameSchema, presetSchema } from './preset.ts';
import type { Preset, PresetSource } from './preset.ts';
import { presetProblems } from './presetCheck.ts';
import type { OutputProblem, PresetProblem } from './presetCheck.ts';
import { mergePresets } from './presetMerge.ts';
import { schemaIssues } from './schemaIssues.ts';

/** A preset that can be used, or everything that stands in the way: never both. */
export type Resolution =
  | { readonly ok: true; readonly preset: Preset }
  | { readonly ok: false; readonly problems: readonly [PresetProblem, ...PresetProblem[]] };

type Others = Readonly<Record<string, unknown>>;

/** A longer chain is a mistake, and nobody can follow it. */
const maxDepth = 10;

/**
 * What a person wrote under a name, complete and checked. Problems stand where the person wrote: what comes from
 * another preset is reported at `extends`. `others` are what other names stand for, unchecked, beside the built-in
 * ones; a preset that extends its own name means the built-in one.
 */
export function resolvePreset(name: string, source: unknown, others: Others): Resolution {
  const checked = checkSource(name, source);
  if (!checked.ok) return checked;
  const inherited = inherit(name, checked.source, others);
  if (!inherited.ok) return inherited;
  const { preset } = inherited;
  const [first, ...more] = presetProblems(preset).map((found) => placed(found, checked.source, preset));
  return first === undefined ? { ok: true, preset } : { ok: false, problems: distinct([first, ...more]) };
}

function checkSource(
  name: string,
  source: unknown,
): { readonly ok: true; readonly source: PresetSource } | Extract<Resolution, { ok: false }> {
  const checkedName = presetNameSchema.safeParse(name);
  const checked = presetSchema.safeParse(source, { reportInput: true });
  const [first, ...more] = [
    ...(checkedName.error?.issues ?? []).map(({ message }) => invalid([], message, 'Give it another name.')),
    ...(checked.error === undefined ? [] : schemaIssues(checked.error, presetSchema)).map(
      ({ path, message, hint }) =>
        invalid(path, message, hint ?? 'docs/presets.md lists every field and its values.'),
    ),
  ];
  if (first !== undefined) return { ok: false, problems: [first, ...more] };
  return { ok: true, source: checked.data ?? {} };
}

/** Everything that `extends` brings, from the far end of the chain to the preset itself. */
function inherit(name: string, source: PresetSource, others: Others): Resolution {
  const chain: { readonly name: string; readonly source: PresetSource; readonly builtIn: boolean }[] = [
    { name, source, builtIn: false },
  ];
  for (let link = chain[0]; link?.source.extends !== undefined; link = chain.at(-1)) {
    const next = link.source.extends;
    const means = whatIs(next, link, others);
    if (!link.builtIn && next === link.name && !means.builtIn)
      return refused(
        `“${next}” extends itself, and there is no built-in preset of that name.`,
        'Name another preset.',
      );
    if (means.source === undefined) return unknownPreset(next, link.name, name, others);
    if (chain.some((known) => known.name === next && known.builtIn === means.builtIn))
      return refused(
        `These presets extend each other in a circle: ${[...chain.map((known) => known.name), next].join(' → ')}.`,
        'Let one of them stand by itself.',
      );
    if (chain.length > maxDepth)
      return refused(`More than ${maxDepth} presets extend each other.`, 'Make the chain shorter.');
    const checked = checkSource(next, means.source);
    if (!checked.ok) return brokenBase(next, checked.problems[0]);
    chain.push({ name: next, source: checked.source, builtIn: means.builtIn });
  }
  // Merging leaves out `extends`; a chain of one has none.
  return { ok: true, preset: chain.map((link) => link.source).reduceRight(mergeOver) };
}

function mergeOver(base: PresetSource, over: PresetSource): PresetSource {
  return mergePresets(base, over);
}

function whatIs(
  next: string,
  link: { readonly name: string; readonly builtIn: boolean },
  others: Others,
): { readonly source: unknown; readonly builtIn: boolean } {
  const builtIn = Object.hasOwn(builtinPresets, next) ? builtinPresets[next] : undefined;
  if (next !== link.name) {
    const source = Object.hasOwn(others, next) ? others[next] : undefined;
    return { source: source ?? builtIn, builtIn: builtIn !== undefined && (source ?? builtIn) === builtIn };
  }
  return { source: builtIn, builtIn: builtIn !== undefined };
}

function unknownPreset(next: string, from: string, name: string, others: Others): Resolution {
  const near = nearestName(next, [...Object.keys(others), ...Object.keys(builtinPresets)]);
  const who = from === name ? 'It' : `“${from}”, which it extends,`;
  return refused(
    `${who} extends “${next}”, and there is no preset of that name.`,
    near === undefined ? 'Name a preset that there is.' : `Did you mean “${near}”?`,
    'preset-unknown',
  );
}

function brokenBase(next: string, { message, path }: PresetProblem): Resolution {
  const where = path.length === 0 ? '' : ` (${path.join('.')})`;
  return refused(
    `The preset “${next}”, which it extends, is not right: ${message}${where}`,
    `Correct “${next}” first.`,
  );
}

function refused(
  message: string,
  hint: string,
  code: PresetProblem['code'] = 'preset-invalid',
): Extract<Resolution, { ok: false }> {
  return { ok: false, problems: [{ code, message, hint, path: ['extends'] }] };
}

/** A problem of an output where the person wrote the field; `extends`, where another preset did. */
function placed(found: OutputProblem, source: PresetSource, preset: Preset): PresetProblem {
  const { output, against, path: fault = [], ...problem } = found;
  const placesOf = (path: readonly (string | number)[]): (readonly (string | number)[])[] =>
    output === undefined ? [path] : [['outputs', output, ...path], path];
  const places = placesOf(fault);
  const written = [...places, ...(against ? placesOf(against) : [])].find((place) => stands(source, place));
  if (written !== undefined) return { ...problem, path: written };
  if (source.extends !== undefined && places.some((place) => stands(preset, place)))
    return { ...problem, path: ['extends'] };
  // Something is missing: it belongs to the output, if the person wrote that.
  return { ...problem, path: places.find((place) => stands(source, place.slice(0, 2))) ?? fault };
}

function stands(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value !== undefined;
}

function distinct(problems: [PresetProblem, ...PresetProblem[]]): [PresetProblem, ...PresetProblem[]] {
  const [first, ...more] = problems;
  const seen = new Set<string>([keyOf(first)]);
  const others = more.filter((one) => {
    const isNew = !seen.has(keyOf(one));
    seen.add(keyOf(one));
    return isNew;
  });
  return [first, ...others];
}

function keyOf({ path, message }: PresetProblem): string {
  return JSON.stringify([path, message]);
}

function invalid(path: readonly (string | number)[], message: string, hint: string): PresetProblem {
  return { code: 'preset-invalid', message, hint, path };
}
