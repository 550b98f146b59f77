/** What a program for a machine depends on: system, processor, and on Linux whose C library. */
export function platformOf(
  { platform, arch }: Pick<NodeJS.Process, 'platform' | 'arch'>,
  isMusl: boolean,
): string {
  return `${platform}-${arch}${isMusl ? '-musl' : ''}`;
}

/** The Node that runs here, as one that other machines of this platform can run; undefined where it is not by itself. */
export function ownNode():
  { readonly file: string; readonly version: string; readonly platform: string } | undefined {
  const { execPath, versions, config, platform } = process;
  // An editor’s, or one whose libraries are the system’s.
  if (versions['electron'] !== undefined || platform === 'win32' || isShared(config.variables))
    return undefined;
  return {
    file: execPath,
    version: versions.node,
    platform: platformOf(process, platform === 'linux' && isMusl()),
  };
}

function isShared(variables: object): boolean {
  return Object.entries(variables).some(
    ([name, value]) => name.startsWith('node_shared') && (value === true || value === 'true'),
  );
}

function isMusl(): boolean {
  // Else it asks the name server about every open connection.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined;
}
