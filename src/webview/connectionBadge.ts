import type { StatusConnection } from '../protocol/statusPageContract.ts';
import { element, icon, setAttribute, setIcon, setText } from './dom.ts';

const looks: Record<StatusConnection['state'], { icon: string; text: string; tone: string }> = {
  idle: { icon: 'circle-outline', text: 'Starts with the first encode', tone: '' },
  connecting: { icon: 'sync', text: 'Connecting…', tone: 'running' },
  ready: { icon: 'circle-filled', text: 'Connected', tone: 'done' },
  failed: { icon: 'error', text: 'Not connected', tone: 'failed' },
};

/** How the page stands with the encode service, beside the heading. */
export class ConnectionBadge {
  readonly #container: HTMLElement;
  readonly #icon = icon('circle-outline');
  readonly #text = element('span');

  constructor(container: HTMLElement) {
    this.#container = container;
    container.append(this.#icon, this.#text);
  }

  render(connection: StatusConnection): void {
    const look = looks[connection.state];
    setIcon(this.#icon, look.icon);
    setText(this.#text, look.text);
    setAttribute(this.#container, 'class', `connection ${look.tone}`);
  }
}
