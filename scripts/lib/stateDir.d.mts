export function makeStateDir(): { readonly dir: string; remove(): Promise<void> };
export function endDaemon(stateDir: string): Promise<void>;
