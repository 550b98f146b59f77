/**
 * Whether a file is meant by a pattern: `*` and `?` stay within a name, `**` crosses folders, `{a,b}` is either.
 * Upper and lower case are the same, as cameras and systems differ in it.
 */
export type FilePattern = (relativePath: string) => boolean;

/** A pattern without a slash is of the name alone. `relativePath` begins at the folder, with `/` between names. */
export function filePattern(pattern: string): FilePattern {
  const whole = pattern.replaceAll('\\', '/').replace(/^\.?\//, '');
  const expression = new RegExp(`^${translate(whole)}$`, 'iu');
  if (whole.includes('/')) return (relativePath) => expression.test(relativePath);
  return (relativePath) => expression.test(relativePath.slice(relativePath.lastIndexOf('/') + 1));
}

function translate(pattern: string): string {
  let expression = '';
  let depth = 0;
  for (let at = 0; at < pattern.length;) {
    const character = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
    if (pattern.startsWith('**/', at)) {
      expression += '(?:[^/]+/)*';
      at += 3;
      continue;
    }
    if (pattern.startsWith('**', at)) {
      expression += '.*';
      at += 2;
      continue;
    }
    if (character === '*') expression += '[^/]*';
    else if (character === '?') expression += '[^/]';
    else if (character === '{' && pattern.includes('}', at)) {
      expression += '(?:';
      depth += 1;
    } else if (character === '}' && depth > 0) {
      expression += ')';
      depth -= 1;
    } else if (character === ',' && depth > 0) expression += '|';
    else expression += /[\\^$.*+?()[\]{}|/]/u.test(character) ? `\\${character}` : character;
    at += character.length;
  }
  // A brace within one that is never closed: the whole is a name that nothing has.
  return depth === 0 ? expression : '(?!)';
}
