/**
 * A job that goes from one list to another is drawn by another row there. Whoever had the focus inside it
 * finds it on the same job again, or, when the job left the page, on the list it was in.
 */
export function keepFocus(render: () => void): void {
  const focused = document.activeElement;
  const row = focused?.closest<HTMLElement>('[data-job]');
  const list = row?.closest<HTMLElement>('section')?.querySelector<HTMLElement>('h2');
  const action = focused?.getAttribute('data-action');
  render();
  if (!row || document.activeElement === focused) return;
  const again = findRow(row.dataset['job'] ?? '');
  const target = again && (shownButton(again, action) ?? shownButton(again));
  (target ?? list)?.focus({ preventScroll: target !== undefined });
}

function findRow(jobId: string): HTMLElement | undefined {
  return document.querySelector<HTMLElement>(`[data-job="${CSS.escape(jobId)}"]`) ?? undefined;
}

function shownButton(row: HTMLElement, action?: string | null): HTMLElement | undefined {
  const wanted = action ? `[data-action="${CSS.escape(action)}"]` : '';
  return row.querySelector<HTMLElement>(`button:not([hidden])${wanted}`) ?? undefined;
}
