import { performance } from 'node:perf_hooks';
import { ExtensionMode, workspace, type ExtensionContext } from 'vscode';
import { registerCommands } from './commands.ts';
import { followAdvancedSettings } from './session/followAdvancedSettings.ts';
import { createServices } from './services.ts';
import type { TestApi } from './testApi.ts';

/**
 * Commands, views and listeners; then one look at the discovery file. No process is started, and no socket
 * opened unless a daemon runs already: that is for the first encode, and for a Jobs view that is seen.
 */
export function activate(context: ExtensionContext): TestApi | undefined {
  const start = performance.now();
  const before = process.cpuUsage();
  const services = createServices(context);
  context.subscriptions.push(
    services,
    ...registerCommands(services),
    followAdvancedSettings(services.session, services.notifier),
    workspace.onDidGrantWorkspaceTrust(() => void services.begin()),
  );
  void services.begin();
  const activationTime = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const activationCpu = (user + system) / 1000;
  return context.extensionMode === ExtensionMode.Test
    ? { activationTime, activationCpu, services }
    : undefined;
}
