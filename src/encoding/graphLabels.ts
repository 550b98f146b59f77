/** The labels of a filtergraph made its own, so that several fit into one graph: `[bg]` → `[bgr1]`. */
export function relabel(graph: string, suffix: string): string {
  return graph.replace(/\[([a-z]\w*)\]/gu, `[$1${suffix}]`);
}
