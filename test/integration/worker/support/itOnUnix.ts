/** For names that Windows forbids, and for shell scripts that stand in for ffmpeg. */
export const itOnUnix = process.platform === 'win32' ? it.skip : it;
