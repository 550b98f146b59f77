/** How ffmpeg is installed on a system: what a person is told, and what *Install* runs in a terminal. */
export interface FfmpegInstall {
  /** The system, as its users call it. */
  readonly system: string;
  readonly command: string;
}

export interface System {
  /** Node's `process.platform`. */
  readonly platform: string;
  /** On Linux: `ID` and then the words of `ID_LIKE` of /etc/os-release. */
  readonly distributions?: readonly string[];
}

/** Adding a distribution is one row; the first whose id is among the system's is used. */
const linux: readonly (FfmpegInstall & { readonly ids: readonly string[] })[] = [
  // A fresh machine has no package lists yet.
  {
    ids: ['debian', 'ubuntu'],
    system: 'Debian and Ubuntu',
    command: 'sudo apt-get update && sudo apt-get install -y ffmpeg',
  },
  // Fedora's own package is ffmpeg-free: without H.264 it cannot run the default preset.
  {
    ids: ['fedora'],
    system: 'Fedora',
    command:
      'sudo dnf install -y https://mirrors.rpmfusion.org/free/fedora/rpmfusion-free-release-$(rpm -E %fedora).noarch.rpm && sudo dnf install -y --allowerasing ffmpeg',
  },
  {
    ids: ['rhel', 'centos'],
    system: 'RHEL and its relatives',
    command:
      'sudo dnf install -y epel-release https://mirrors.rpmfusion.org/free/el/rpmfusion-free-release-$(rpm -E %rhel).noarch.rpm && sudo dnf install -y ffmpeg',
  },
  { ids: ['arch'], system: 'Arch Linux', command: 'sudo pacman -S --needed --noconfirm ffmpeg' },
  { ids: ['alpine'], system: 'Alpine Linux', command: 'sudo apk add ffmpeg' },
  { ids: ['suse', 'opensuse'], system: 'openSUSE', command: 'sudo zypper install -y ffmpeg' },
  { ids: ['nixos'], system: 'NixOS', command: 'nix profile install nixpkgs#ffmpeg' },
];

/** `undefined` where no one command is known; `manualInstall` is what remains. */
export function ffmpegInstall(system: System): FfmpegInstall | undefined {
  if (system.platform === 'darwin') return { system: 'macOS', command: 'brew install ffmpeg' };
  if (system.platform === 'win32')
    return { system: 'Windows', command: 'winget install --exact --id Gyan.FFmpeg' };
  if (system.platform !== 'linux') return undefined;
  for (const id of system.distributions ?? []) {
    const row = linux.find(({ ids }) => ids.includes(id));
    if (row) return { system: row.system, command: row.command };
  }
  return undefined;
}

export const manualInstall = 'https://ffmpeg.org/download.html';

/** The sentence that ends every "ffmpeg was not found". */
export function ffmpegInstallHint(system: System): string {
  const install = ffmpegInstall(system);
  return install
    ? `Install it with: ${install.command}`
    : `Install ffmpeg 4.4 or newer (${manualInstall}) so that it is on the PATH, or set its path in the settings.`;
}

/** `ID` and `ID_LIKE` from the text of /etc/os-release. */
export function parseOsRelease(text: string): string[] {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(ID|ID_LIKE)=["']?([^"'\n]*)["']?\s*$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) values.set(match[1], match[2]);
  }
  return ['ID', 'ID_LIKE'].flatMap((key) => (values.get(key) ?? '').split(/\s+/).filter(Boolean));
}
