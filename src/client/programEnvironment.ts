/** What an editor or a debugger leaves in the environment and would change how a program runs. */
const foreign = /^(NODE_OPTIONS$|NODE_PATH$|ELECTRON_|VSCODE_|CHROME_|NODE_CHANNEL_|NODE_V8_COVERAGE$)/;

/** The environment of a program that outlives the one that starts it. */
export function programEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}
