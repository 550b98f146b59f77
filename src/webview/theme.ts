/**
 * VS Code changes the theme by new `--vscode-*` variables on the root element and another class on the body.
 * Style sheets follow by themselves; what is drawn on a canvas asks here. Returns
 * the function that ends listening.
 */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-kind'] });
  return () => observer.disconnect();
}

/** The value of one of the page's own colour variables, such as `--cpu`, as a colour that a canvas takes. */
export function themeColor(name: string): string {
  return getComputedStyle(document.body).getPropertyValue(name).trim() || 'currentColor';
}
