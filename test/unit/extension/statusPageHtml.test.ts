import assert from 'node:assert/strict';
import { statusPageHtml } from '../../../src/extension/statusPageHtml.ts';

const resources = {
  cspSource: 'https://webview.test',
  nonce: 'n0nce',
  script: 'https://webview.test/status.js',
  style: 'https://webview.test/status.css',
  codicons: 'https://webview.test/codicon.css',
};

describe('statusPageHtml', () => {
  const html = statusPageHtml(resources);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';

  it('allows nothing but its own script, styles and font', () => {
    assert.deepEqual(policy.split('; '), [
      "default-src 'none'",
      "script-src 'nonce-n0nce'",
      'style-src https://webview.test',
      'font-src https://webview.test',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it('has one script, with the nonce, and nothing inline', () => {
    assert.deepEqual(html.match(/<script[^>]*>/g), [
      '<script nonce="n0nce" src="https://webview.test/status.js">',
    ]);
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|unsafe-/);
  });

  it('lets no value out of its attribute', () => {
    const hostile = statusPageHtml({ ...resources, style: 'x"><script>alert(1)</script>' });
    assert.doesNotMatch(hostile, /<script>alert/);
  });
});
