/** ffmpeg and Chromium: found, or installed where that can be done without surprise, or the line to type is printed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { SetupError } from './setup.mjs';
import { findChromium, which } from './which.mjs';

/** What each system calls them. A system that is not here gets the project's download page. */
const programs = {
  ffmpeg: {
    found: () => which('ffmpeg') !== undefined && which('ffprobe') !== undefined,
    apt: 'ffmpeg',
    dnf: 'ffmpeg-free',
    pacman: 'ffmpeg',
    brew: 'ffmpeg',
    winget: 'Gyan.FFmpeg',
    page: 'https://ffmpeg.org/download.html',
  },
  chromium: {
    found: () => findChromium() !== undefined,
    apt: 'chromium',
    dnf: 'chromium',
    pacman: 'chromium',
    brew: '--cask google-chrome',
    winget: 'Google.Chrome',
    page: 'https://www.chromium.org/getting-involved/download-chromium/',
  },
};

const managers = {
  apt: (names) => `apt-get install -y --no-install-recommends ${names.join(' ')}`,
  dnf: (names) => `dnf install -y ${names.join(' ')}`,
  pacman: (names) => `pacman -S --noconfirm ${names.join(' ')}`,
  brew: (names) => names.map((name) => `brew install ${name}`).join(' && '),
  winget: (names) => names.map((name) => `winget install ${name}`).join(' && '),
};

/** @param {('ffmpeg' | 'chromium')[]} wanted */
export async function installSystemPackages(wanted) {
  const missing = wanted.filter((name) => !programs[name].found());
  if (missing.length === 0) return;
  const manager = managerOfThisSystem();
  const line = manager && managers[manager](missing.map((name) => programs[name][manager]));
  if (manager === 'apt' && (await mayInstall(line))) runApt(line);
  const left = missing.filter((name) => !programs[name].found());
  if (left.length > 0) throw new SetupError(whatToType(left, manager, line));
}

function managerOfThisSystem() {
  if (process.platform === 'darwin') return 'brew';
  if (process.platform === 'win32') return 'winget';
  if (isDebianFamily()) return 'apt';
  return ['dnf', 'pacman'].find((name) => which(name) !== undefined);
}

function isDebianFamily() {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

const isRoot = () => process.getuid?.() === 0;
const isContinuousIntegration = () => process.env.CI === 'true' || process.env.CI === '1';
const sudo = (line) => (isRoot() ? line : `sudo ${line}`);

/** Root and CI have said yes by being what they are; a person at a terminal is asked. */
async function mayInstall(line) {
  if (isRoot()) return true;
  if (!which('sudo')) return false;
  if (isContinuousIntegration()) return true;
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`set-up: run "${sudo(line)}" now? [Y/n] `);
    return /^(y(es)?)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

function runApt(install) {
  for (const line of ['apt-get update', install]) {
    console.log(`set-up: ${sudo(line)}`);
    const command = isRoot() ? line : `sudo DEBIAN_FRONTEND=noninteractive ${line}`;
    spawnSync(command, {
      shell: true,
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
}

function whatToType(missing, manager, line) {
  const what = `set-up: ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not on this machine.`;
  if (!line) return [what, 'Install from:', ...missing.map((name) => `  ${programs[name].page}`)].join('\n');
  const typed = ['apt', 'dnf', 'pacman'].includes(manager) ? sudo(line) : line;
  // A fresh machine has no package lists yet.
  const first = manager === 'apt' ? `${sudo('apt-get update')} && ` : '';
  return [what, 'Type this, then run the same command again:', `  ${first}${typed}`].join('\n');
}
