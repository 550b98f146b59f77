/** Makes data safe inside Markdown: a file name must never become a link, an image or an icon. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\r\n]+/g, '␊')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+\-.!|~$]/g, String.raw`\$&`);
}

/** A fenced block whose fence is longer than any run of backticks inside. */
export function codeBlock(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
