/** Addresses as the webview knows them (`webview.asWebviewUri`), and what its content policy needs. */
export interface StatusPageResources {
  readonly cspSource: string;
  /** New for each time the page is written. */
  readonly nonce: string;
  readonly script: string;
  readonly style: string;
  readonly codicons: string;
}

/**
 * The page's skeleton: landmarks and headings stand from the first paint, so nothing jumps when data comes.
 * Nothing runs but the one script with the nonce, nothing is loaded but from the extension's own folder.
 */
export function statusPageHtml(resources: StatusPageResources): string {
  const { cspSource, nonce, script, style, codicons } = mapValues(resources, escapeAttribute);
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>DFFmpeg Status</title>
<link rel="stylesheet" href="${codicons}" id="vscode-codicon-stylesheet" nonce="${nonce}">
<link rel="stylesheet" href="${style}">
</head>
<body>
<div id="live" class="visually-hidden" role="status" aria-live="polite"></div>
<header class="page-header">
<h1>Encodes</h1>
<p id="connection" class="connection"></p>
<div id="toolbar" class="toolbar"></div>
</header>
<div id="banner" class="banner" hidden></div>
<section id="tiles" class="tiles" aria-label="Summary"></section>
<main class="columns">
<div class="queue">
<section id="running" aria-labelledby="running-title"></section>
<section id="waiting" aria-labelledby="waiting-title"></section>
<section id="finished" aria-labelledby="finished-title"></section>
</div>
<aside class="fleet" aria-label="Workers">
<section id="workers" aria-labelledby="workers-title"></section>
</aside>
</main>
<noscript>The status page needs scripts in webviews. The Jobs view shows the queue without them.</noscript>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}

function mapValues<T extends object>(values: T, change: (value: string) => string): Record<keyof T, string> {
  const entries = Object.entries(values).map(([key, value]) => [key, change(String(value))]);
  return Object.fromEntries(entries) as Record<keyof T, string>;
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
