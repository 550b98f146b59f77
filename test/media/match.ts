/** Compares what a program printed with what is expected of it: only what is named counts. */
export type Expected =
  | string
  | number
  | boolean
  | RegExp
  | About
  /** Must not be there. */
  | undefined
  /** Each must be found among the actual ones. */
  | readonly Expected[]
  | { readonly [name: string]: Expected };

export interface About {
  readonly about: number;
  readonly within: number;
}

export function about(value: number, within: number): About {
  return { about: value, within };
}

/** What does not fit, one sentence each. */
export function mismatches(expected: Expected, actual: unknown, at = ''): string[] {
  if (isAbout(expected)) {
    const fits = Math.abs(Number(actual) - expected.about) <= expected.within;
    return fits ? [] : [`${at} is ${shown(actual)}, not about ${expected.about}`];
  }
  if (expected instanceof RegExp)
    return expected.test(String(actual)) ? [] : [`${at} is ${shown(actual)}, not like ${String(expected)}`];
  if (isList(expected)) {
    const found = Array.isArray(actual) ? (actual as unknown[]) : [];
    return expected
      .filter((one) => !found.some((other) => mismatches(one, other).length === 0))
      .map((one) => `${at} has nothing like ${shown(one)}: ${shown(actual)}`);
  }
  if (typeof expected === 'object') {
    const fields = (actual ?? {}) as Record<string, unknown>;
    return Object.entries(expected).flatMap(([name, value]) =>
      mismatches(value, fields[name], at === '' ? name : `${at}.${name}`),
    );
  }
  return expected === actual ? [] : [`${at} is ${shown(actual)}, not ${shown(expected)}`];
}

function isAbout(expected: Expected): expected is About {
  return typeof expected === 'object' && 'about' in expected && 'within' in expected;
}

function isList(expected: Expected): expected is readonly Expected[] {
  return Array.isArray(expected);
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'not there';
}
