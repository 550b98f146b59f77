/**
 * An encoder's options for one of several streams: `-b:v 4M` → `-b:v:1 4M`, `-preset slow` → `-preset:v:1 slow`.
 * `argv` has one value after each option; `specifier` is ffmpeg's, such as `v:1`.
 */
export function forStream(argv: readonly string[], specifier: string): string[] {
  return argv.map((argument, index) =>
    index % 2 === 0 ? `${argument.replace(/:[vas](?::\d+)?$/u, '')}:${specifier}` : argument,
  );
}

/** The labels of a filtergraph made its own, so that several fit into one graph: `[bg]` → `[bg2]`. */
export function relabel(graph: string, suffix: string): string {
  return graph.replace(/\[([a-z]\w*)\]/gu, `[$1${suffix}]`);
}
