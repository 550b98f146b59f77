/** Control characters, which a file name may contain and a terminal or a line of text would obey, become `?`. */
export function printable(text: string): string {
  return [...text].map((letter) => (isControl(letter) ? '?' : letter)).join('');
}

/** C0, DEL, C1, and the marks that turn the direction of the text around. */
function isControl(letter: string): boolean {
  const code = letter.codePointAt(0) ?? 0;
  return (
    code < 0x20 ||
    (code >= 0x7f && code < 0xa0) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}
