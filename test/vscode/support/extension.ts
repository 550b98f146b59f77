import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { BoardChange } from '../../../src/extension/model/jobBoard.ts';
import type { TestApi } from '../../../src/extension/testApi.ts';
import { isEnded } from '../../../src/protocol/jobState.ts';
import type { Job } from '../../../src/protocol/model.ts';

export const extensionId = 'dffmpeg.dffmpeg';

export async function activated(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi>(extensionId);
  assert.ok(extension, 'the extension is installed');
  const api = await extension.activate();
  assert.ok(api, 'the extension is in test mode');
  return api;
}

/** A file of the test's workspace. */
export function clip(...parts: string[]): vscode.Uri {
  const folder = process.env.DFFMPEG_TEST_WORKSPACE;
  assert.ok(folder);
  return vscode.Uri.file(path.join(folder, ...parts));
}

/** Two seconds of pictures that are large for what they show. */
export function bulkyClip(name: string): vscode.Uri {
  const file = clip(name);
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=2'];
  execFileSync('ffmpeg', [...args, '-c:v', 'mpeg4', '-q:v', '1', file.fsPath]);
  return file;
}

export function stateDir(): string {
  assert.ok(process.env.DFFMPEG_STATE_DIR);
  return process.env.DFFMPEG_STATE_DIR;
}

/** The program inside the extension, which is the daemon and the worker. */
export function program(): string {
  const { extensionPath = '' } = vscode.extensions.getExtension(extensionId) ?? {};
  const file = path.join(extensionPath, 'dist', 'program', 'dffmpeg.mjs');
  assert.ok(existsSync(file), file);
  return file;
}

/** Resolves with the first truthy answer, asked now and after each change of the board. */
export function whenBoard<T>(api: TestApi, ask: () => T | undefined | false): Promise<T> {
  const { board } = api.services;
  const now = ask();
  if (now) return Promise.resolve(now);
  return new Promise((resolve) => {
    const subscription = board.onDidChange((_change: BoardChange) => {
      const answer = ask();
      if (!answer) return;
      subscription.dispose();
      resolve(answer);
    });
  });
}

/** For what is drawn a moment after the board's last change, and tells nobody: asked until it is so. */
export async function whenDrawn(ask: () => boolean): Promise<void> {
  while (!ask()) await new Promise((resolve) => setTimeout(resolve, 20));
}

export async function whenEnded(api: TestApi, id: string): Promise<Job> {
  return whenBoard(api, () => {
    const job = api.services.board.job(id);
    return job && isEnded(job.state) && job;
  });
}

/** Resolves when an event of VS Code answers truthy; asked once before. */
export function whenEvent<E, T>(
  event: vscode.Event<E>,
  ask: (value?: E) => T | undefined | false,
): Promise<T> {
  const now = ask();
  if (now) return Promise.resolve(now);
  return new Promise((resolve) => {
    const subscription = event((value) => {
      const answer = ask(value);
      if (!answer) return;
      subscription.dispose();
      resolve(answer);
    });
  });
}

/** All jobs that are on the board now, the newest submission last. */
export function jobsNow(api: TestApi): Job[] {
  const { board } = api.services;
  return [...board.jobsOf('running'), ...board.jobsOf('waiting'), ...board.jobsOf('finished')].sort(
    (a, b) => a.createdAt - b.createdAt,
  );
}

/** Runs a command that submits, and answers the jobs that came of it. */
export async function submitted(api: TestApi, command: string, ...args: unknown[]): Promise<Job[]> {
  const before = new Set(jobsNow(api).map(({ id }) => id));
  await vscode.commands.executeCommand(command, ...args);
  return jobsNow(api).filter(({ id }) => !before.has(id));
}
