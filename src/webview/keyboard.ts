/**
 * Arrow keys go from row to row on the same action; Ctrl+F or / goes to the search box, Escape empties it.
 * All buttons are also reached with Tab.
 */
export function listenToKeys(search: HTMLElement, clearSearch: () => void): void {
  document.addEventListener('keydown', (event) => {
    const inSearch = document.activeElement === search;
    if (event.key === 'Escape' && inSearch) clearSearch();
    else if (isSearchKey(event) && !inSearch) search.focus();
    else if (event.key === 'ArrowDown') moveRow(event, 1);
    else if (event.key === 'ArrowUp') moveRow(event, -1);
    else return;
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') event.preventDefault();
  });
}

function isSearchKey(event: KeyboardEvent): boolean {
  if (event.key === 'f') return (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  return event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey;
}

function moveRow(event: KeyboardEvent, step: 1 | -1): void {
  const focused = document.activeElement;
  const row = focused?.closest<HTMLElement>('[data-job]');
  if (!row) return;
  event.preventDefault();
  const rows = [...document.querySelectorAll<HTMLElement>('[data-job]')];
  const next = rows[rows.indexOf(row) + step];
  if (!next) return;
  const buttons = [...next.querySelectorAll<HTMLElement>('button')].filter((button) => !button.hidden);
  const action = focused?.getAttribute('data-action');
  const same = buttons.find((button) => button.dataset['action'] === action);
  (same ?? buttons[0])?.focus();
}
