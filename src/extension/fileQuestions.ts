import type { Uri } from 'vscode';
import { window, workspace } from 'vscode';
import type { Job } from '../protocol/model.ts';
import { choosePreset } from './choosePreset.ts';
import { inquireVisibly } from './inquiries.ts';
import { healthSentence, likenessSentence } from './model/healthText.ts';
import { resultPath } from './model/jobPresentation.ts';
import { previewText } from '../protocol/previewText.ts';
import type { Presets } from './presets.ts';
import type { PreviewDocuments } from './previewDocument.ts';
import type { DaemonSession } from './session/daemonSession.ts';
import { readOutputTemplate, section } from './settings.ts';
import { ensureTrusted } from './trust.ts';

/** What people ask about a file without encoding it. */
export class FileQuestions {
  readonly #session: DaemonSession;
  readonly #presets: Presets;
  readonly #previews: PreviewDocuments;

  constructor(session: DaemonSession, presets: Presets, previews: PreviewDocuments) {
    this.#session = session;
    this.#presets = presets;
    this.#previews = previews;
  }

  /** The ffmpeg commands of an encode, as a document. `presetName`: missing where a person is to choose. */
  async preview(clicked: Uri | undefined, presetName?: string): Promise<void> {
    if (!(await ensureTrusted())) return;
    const file = clicked ?? (await askForFile('Preview'));
    if (!file) return;
    await this.#presets.ready();
    const name = presetName ?? (await this.#choose(file));
    const preset = name === undefined ? undefined : this.#presets.resolve(name, file);
    if (name === undefined || !preset) return;
    const answer = await inquireVisibly(this.#session, `Looking at ${nameOf(file)}`, 'jobs.preview', {
      sources: [file.fsPath],
      preset,
      output: readOutputTemplate(workspace.getConfiguration(section, file)),
    });
    if (!answer) return;
    const content = previewText({ source: file.fsPath, preset: name }, answer.outputs, process.platform);
    await this.#previews.show(`${nameOf(file)} (${name})`, content);
  }

  async check(clicked: Uri | undefined, thorough = false): Promise<void> {
    if (!(await ensureTrusted())) return;
    const file = clicked ?? (await askForFile('Check'));
    if (!file) return;
    const title = `${thorough ? 'Decoding' : 'Looking at'} ${nameOf(file)}`;
    const health = await inquireVisibly(this.#session, title, 'media.check', { path: file.fsPath, thorough });
    if (!health) return;
    const sentence = healthSentence(nameOf(file), health);
    const more = 'Check Thoroughly';
    const actions = thorough ? [] : [more];
    const answer =
      health.verdict.level === 'pass'
        ? await window.showInformationMessage(sentence, ...actions)
        : await window.showWarningMessage(sentence, ...actions);
    if (answer === more) await this.check(file, true);
  }

  /** How like a job's result is to its source. */
  async measure(job: Job): Promise<void> {
    if (!(await ensureTrusted())) return;
    const name = resultPath(job)?.split(/[\\/]/u).at(-1) ?? job.preset;
    const answer = await inquireVisibly(this.#session, `Measuring ${name}`, 'media.measure', {
      of: { jobId: job.id },
    });
    if (answer) void window.showInformationMessage(likenessSentence(name, answer));
  }

  #choose(file: Uri): Promise<string | undefined> {
    return choosePreset(this.#presets.list(file), {
      title: `Preview the command for ${nameOf(file)}`,
      lastUsed: this.#presets.lastUsed,
      defaultName: this.#presets.defaultName(file),
    });
  }
}

async function askForFile(openLabel: string): Promise<Uri | undefined> {
  const files = await window.showOpenDialog({ canSelectMany: false, openLabel });
  return files?.[0];
}

function nameOf(file: Uri): string {
  return file.path.split('/').at(-1) ?? file.path;
}
