/**
 * What ffmpeg needs of the environment; all else stays outside: a proxy would capture URLs, FFREPORT writes
 * files, AV_LOG_FORCE_COLOR colours what is parsed. SVT-AV1 writes past ffmpeg's log level: errors only (1).
 */
const kept = [
  'PATH', 'PATHEXT', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TEMP', 'TMP', 'TZ',
  'SYSTEMROOT', 'WINDIR', 'SYSTEMDRIVE', 'COMSPEC', 'PROGRAMDATA', 'PROGRAMFILES', 'LOCALAPPDATA', 'APPDATA',
  'USERPROFILE', 'NUMBER_OF_PROCESSORS', 'PROCESSOR_ARCHITECTURE',
  'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'DYLD_FALLBACK_LIBRARY_PATH',
  'DISPLAY', 'WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR', 'FONTCONFIG_PATH', 'FONTCONFIG_FILE',
] as const; // prettier-ignore

/** Drivers and their tools read these: which card, which driver. */
const keptPrefixes = ['CUDA_', 'NVIDIA_', 'LIBVA_', 'VDPAU_', 'MFX_', 'ONEVPL_', 'ROCR_', 'HSA_'];

/** Upper case is compared: Windows spells `Path` and `SystemRoot`. */
export function ffmpegEnvironment(outer: NodeJS.ProcessEnv): Record<string, string> {
  const names = new Set<string>(kept);
  const inner: Record<string, string> = { AV_LOG_FORCE_NOCOLOR: '1', LC_ALL: 'C', SVT_LOG: '1' };
  for (const [name, value] of Object.entries(outer)) {
    if (value === undefined) continue;
    const upper = name.toUpperCase();
    if (names.has(upper) || keptPrefixes.some((prefix) => upper.startsWith(prefix))) inner[name] = value;
  }
  return inner;
}
