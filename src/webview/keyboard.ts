/**
 * Arrow keys go from row to row on the same action; Ctrl+F or / goes to the search box, Escape empties it.
 * All buttons are also reached with Tab.
 */
export function listenToKeys(search: HTMLElement, clearSearch: () => void): void {
  document.addEventListener('keydown', (event) => {
    if (act(event, search, clearSearch)) event.preventDefault();
  });
}

/** True when the key has done its work here. */
function act(event: KeyboardEvent, search: HTMLElement, clearSearch: () => void): boolean {
  const focused = document.activeElement;
  if (focused === search) {
    if (event.key === 'Escape') clearSearch();
    return event.key === 'Escape';
  }
  if (isSearchKey(event)) {
    search.focus();
    return true;
  }
  if (event.key === 'ArrowDown') return moveRow(focused, 1);
  if (event.key === 'ArrowUp') return moveRow(focused, -1);
  // The element itself acts on the space bar; here only the page's scrolling is kept from happening too.
  return event.key === ' ' && focused?.tagName === 'VSCODE-BUTTON';
}

function isSearchKey(event: KeyboardEvent): boolean {
  if (event.key === 'f') return (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  return event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey;
}

function moveRow(focused: Element | null, step: 1 | -1): boolean {
  const row = focused?.closest<HTMLElement>('[data-job]');
  if (!row) return false;
  const rows = [...document.querySelectorAll<HTMLElement>('[data-job]')];
  const next = rows[rows.indexOf(row) + step];
  const buttons = [...(next?.querySelectorAll<HTMLElement>('button:not([hidden])') ?? [])];
  const same = buttons.find((button) => button.dataset['action'] === focused?.getAttribute('data-action'));
  (same ?? buttons[0])?.focus();
  return true;
}
