import { minimumNode } from '../../client/findNode.ts';
import { toCommandLine } from '../../encoding/commandLine.ts';
import type { InstallArchives } from './installArchives.ts';
import { installOrigin, installPaths } from './installLine.ts';

/**
 * What the pasted line runs: fetches the program, and Node where the one here runs there, compares digests, unpacks under
 * the name of this version, and becomes `worker run`. For every sh, with curl, tar and the tools that every system has.
 * Whoever asks may read it: it holds no secret, the code is its argument.
 */
export function installScript(
  { url, fingerprint }: { readonly url: string; readonly fingerprint: string },
  { name, program, node }: InstallArchives,
): string {
  const values = {
    origin: installOrigin(url),
    join: url,
    pin: fingerprint,
    name,
    program_path: installPaths.program,
    program_digest: program.digest,
    node_path: installPaths.node,
    node_platform: node?.platform ?? '',
    node_version: node?.version ?? '',
    node_digest: node?.digest ?? '',
    node_megabytes: String(Math.ceil((node?.bytes ?? 0) / 1e6)),
    least_node: `${minimumNode.major}.${minimumNode.minor}`,
    node_test: nodeTest,
  };
  const assignments = Object.entries(values).map(
    ([key, value]) => `${key}=${toCommandLine([value], 'linux')}`,
  );
  return ['#!/bin/sh', ...assignments, steps].join('\n');
}

/** Ends well where the program can run: a Node that is new enough and has SQLite. */
const nodeTest =
  'var v=process.versions.node.split(".").map(Number);' +
  `if(v[0]<${minimumNode.major}||(v[0]===${minimumNode.major}&&v[1]<${minimumNode.minor}))process.exit(1);` +
  'require("node:sqlite")';

/** Called on the last line: a script that was cut on its way does nothing. */
const steps = `set -eu

say() { printf 'dffmpeg: %s\\n' "$1" >&2; }
fail() { say "$1"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
runs() { "$1" -e "$node_test" >/dev/null 2>&1; }

digest_of() {
  if has sha256sum; then digest=$(sha256sum <"$1")
  elif has shasum; then digest=$(shasum -a 256 <"$1")
  else digest=$(openssl dgst -sha256 -r <"$1")
  fi
  printf '%s' "\${digest%% *}"
}

# Path there, SHA-256, file here.
fetch() {
  curl -fsSk --pinnedpubkey "$pin" --connect-timeout 15 --retry 10 -o "$3" "$origin$1" ||
    fail "$origin$1 could not be fetched (see above). Nothing was installed; paste the line again."
  [ "$(digest_of "$3")" = "$2" ] ||
    fail "What came from $origin$1 is not what was announced: damaged, or of another version by now. Nothing was installed; paste the line again."
}

unpack() {
  tar -xzf "$1" -C "$2" || fail "$1 could not be unpacked (see above). Is the disk full?"
  rm -f "$1"
}

# As Node names it, with -musl where the C library is that.
platform() {
  system=$(uname -s) processor=$(uname -m) libc=
  case $system in
    Linux)
      system=linux
      for file in /lib/ld-musl-*; do
        if [ -e "$file" ] && ! getconf GNU_LIBC_VERSION >/dev/null 2>&1; then libc=-musl; fi
      done ;;
    Darwin) system=darwin ;;
  esac
  case $processor in
    x86_64 | amd64) processor=x64 ;;
    aarch64 | arm64) processor=arm64 ;;
  esac
  printf '%s' "$system-$processor$libc"
}

# Into the folder $1: the Node of the other machine, else the one here by a link.
put_node() {
  here=$(platform)
  if [ "$here" = "$node_platform" ]; then
    say "Fetching Node $node_version ($node_megabytes MB)."
    fetch "$node_path" "$node_digest" "$1/node.tgz"
    unpack "$1/node.tgz" "$1"
    if runs "$1/node/bin/node"; then return; fi
    rm -rf "$1/node"
    say "The Node that was sent does not run here."
  fi
  if has node && runs node; then
    mkdir -p "$1/node/bin"
    ln -s "$(command -v node)" "$1/node/bin/node"
    return
  fi
  fail "This machine ($here) needs Node $least_node or newer on PATH, which the other one cannot give it. Install it (https://nodejs.org/en/download, or brew install node), then paste the line again."
}

install_program() {
  umask 022
  mkdir -p "$home" || fail "$home cannot be made. Set DFFMPEG_HOME to a folder that you may write to."
  work=$home/.new-$$
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' HUP INT TERM
  mkdir "$work" "$work/$name"
  say "Fetching DFFmpeg $name from $origin."
  fetch "$program_path" "$program_digest" "$work/program.tgz"
  unpack "$work/program.tgz" "$work/$name"
  put_node "$work/$name"
  # What was there does not run any more.
  if [ -e "$target" ]; then mv "$target" "$work/old"; fi
  mv "$work/$name" "$target"
  # Somebody else was as far in the same moment: the folder was moved into theirs.
  rm -rf "$target/$name"
  ln -s "$name/dffmpeg" "$work/dffmpeg"
  mv -f "$work/dffmpeg" "$home/dffmpeg"
}

main() {
  home=\${DFFMPEG_HOME:-$HOME/.local/share/dffmpeg}
  case $home in
    /*) ;;
    *) home=$PWD/$home ;;
  esac
  target=$home/$name
  has tar || fail "tar is needed to unpack the program. Install it, then paste the line again."
  has sha256sum || has shasum || has openssl ||
    fail "Nothing here computes SHA-256. Install coreutils (sha256sum), then paste the line again."
  if [ ! -x "$target/dffmpeg" ] || ! runs "$target/node/bin/node"; then (install_program); fi
  say "Installed as $home/dffmpeg; started again later with: $home/dffmpeg worker run"
  case \${1-} in
    '' | -*) ;;
    *)
      code=$1
      shift
      set -- --pair "$code" "$@" ;;
  esac
  exec "$target/dffmpeg" worker run --join "$join" --pin "$pin" "$@" </dev/null
}

main "$@"
`;
