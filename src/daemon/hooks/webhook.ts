import { createHmac, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../files/atomicWrite.ts';
import { errnoCode } from '../../files/errnoCode.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import { toJobOutput } from '../../protocol/jobOutput.ts';
import type { WebhookHook } from './hookSchema.ts';
import type { HookOutcome, HookRun } from './hookTable.ts';

/**
 * Posts the job, signed: `dffmpeg-signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY`. 2xx is done; what
 * the server refuses (4xx) and redirections are given up; everything else is tried again.
 */
export async function runWebhook(hook: WebhookHook, run: HookRun): Promise<HookOutcome> {
  const { job, deliveryId, stateDir, settings, now, signal } = run;
  const body = JSON.stringify({ event: `job.${hook.on}`, delivery: deliveryId, job: toJobOutput(job) });
  const seconds = Math.floor(now / 1000);
  const key = await secretOf(hook, stateDir);
  const signature = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  const origin = new URL(hook.webhook).origin;
  let response: Response;
  try {
    response = await fetch(hook.webhook, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'dffmpeg',
        'dffmpeg-event': `job.${hook.on}`,
        'dffmpeg-delivery': deliveryId,
        'dffmpeg-signature': `t=${seconds},v1=${signature}`,
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(settings.hookTimeoutSeconds * 1000)]),
    });
  } catch (error) {
    signal.throwIfAborted();
    return { done: false, again: true, message: `${origin} could not be reached (${causeOf(error)}).` };
  }
  // Not read: what it says is of no use here, and may be large.
  await response.body?.cancel().catch(() => undefined);
  const { status } = response;
  if (status >= 200 && status < 300) return { done: true };
  const again = status >= 500 || status === 408 || status === 429;
  const message = `${origin} answered ${status}.`;
  return again
    ? { done: false, again, message }
    : { done: false, again, message, hint: 'Correct the address or the server, then retry the hook.' };
}

function causeOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  const cause = error instanceof Error ? error.cause : undefined;
  return errnoCode(cause) ?? errnoCode(error) ?? 'connection failed';
}

/** Bytes of a key that is made here. */
const keyBytes = 32;

async function secretOf({ secretFile }: WebhookHook, stateDir: string): Promise<string> {
  const file = secretFile ?? path.join(stateDir, 'webhook.key');
  try {
    return await readSecret(file);
  } catch (error) {
    if (errnoCode(error) !== 'ENOENT' || secretFile !== undefined) throw error;
    await writeFileAtomic(file, `${randomBytes(keyBytes).toString('hex')}\n`, { mode: 0o600 });
    return readSecret(file);
  }
}

async function readSecret(file: string): Promise<string> {
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new DffmpegError('hook-failed', `The key file ${file} can be read by other accounts.`, {
      hint: `Type: chmod 600 ${file}`,
    });
  const secret = (await readFile(file, 'utf8')).trim();
  if (secret === '')
    throw new DffmpegError('hook-failed', `The key file ${file} is empty.`, {
      hint: 'Write a long random text into it.',
    });
  return secret;
}
