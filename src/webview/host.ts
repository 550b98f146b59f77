import * as z from 'zod';
import { hostMessageSchema, type HostMessage, type PageMessage } from '../protocol/statusPageContract.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** What the page remembers of itself while it is hidden or the window reloads; never data of the queue. */
export const uiStateSchema = z.object({
  query: z.string().max(200).default(''),
  /** Rows shown of a long list. */
  waitingLimit: z.int().min(1).default(20),
  finishedLimit: z.int().min(1).default(15),
  /** Pixels. */
  scrollTop: z.number().min(0).default(0),
});
export type UiState = z.output<typeof uiStateSchema>;

/** The page's side of the bridge to the extension: the only user of VS Code's webview interface. */
export class Host {
  readonly #api = acquireVsCodeApi();

  post(message: PageMessage): void {
    this.#api.postMessage(message);
  }

  /** A message that does not fit the contract comes from a newer extension: it is left out. */
  listen(listener: (message: HostMessage) => void): void {
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      const parsed = hostMessageSchema.safeParse(event.data);
      if (parsed.success) listener(parsed.data);
    });
  }

  loadUiState(): UiState {
    const parsed = uiStateSchema.safeParse(this.#api.getState() ?? {});
    return parsed.success ? parsed.data : uiStateSchema.parse({});
  }

  saveUiState(state: UiState): void {
    this.#api.setState(state);
  }
}
