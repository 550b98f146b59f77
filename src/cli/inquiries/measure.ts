import { existsSync } from 'node:fs';
import os from 'node:os';
import { inquire } from '../../client/inquire.ts';
import type { ClientMethods } from '../../protocol/clientContract.ts';
import type { Params } from '../../protocol/contract.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import { likenessSchema } from '../../protocol/inquiry.ts';
import type { Invocation } from '../command.ts';
import type { MeasureOptions } from '../commands/measure.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../jsonOutput.ts';
import { shortenPath } from '../paths.ts';
import { likenessLines } from '../render/likenessLines.ts';
import { styleFor } from '../style.ts';
import { withInquiries } from './withInquiries.ts';
import { typedPath } from '../typedPath.ts';

export interface MeasureRequest extends MeasureOptions {
  /** A file; without `reference` the id of a job. */
  readonly result: string;
  readonly reference?: string | undefined;
}

export function measure(invocation: Invocation, request: MeasureRequest): Promise<number> {
  const { io, json } = invocation;
  const of = subjectOf(request, io.cwd);
  const text = { style: styleFor(io.stdout, io.env), cwd: io.cwd, home: os.homedir() };
  const about = 'jobId' in of ? `job ${of.jobId}` : shortenPath(of.result, text);
  return withInquiries(invocation, async ({ daemon, view, signal }) => {
    const asked = { metrics: [...new Set(request.metric)], of };
    const onProgress = view.show.bind(view, about);
    const likeness = await inquire(daemon, 'media.measure', asked, { signal, onProgress });
    view.clear();
    if (json) printJson(io.stdout, likenessSchema, likeness);
    else io.stdout.write(`${likenessLines(likeness, text).join('\n')}\n`);
    return exitCodes.done;
  });
}

type Subject = Params<ClientMethods['media.measure']>['of'];

function subjectOf({ result, reference, output }: MeasureRequest, cwd: string): Subject {
  const file = typedPath(cwd, result);
  if (reference !== undefined) {
    if (output !== undefined)
      throw new DffmpegError('request-invalid', '--output chooses among the results of a job.', {
        hint: 'Leave it out where two files are compared.',
      });
    return { result: file, reference: typedPath(cwd, reference) };
  }
  if (/^[0-9a-zA-Z_-]{1,64}$/.test(result) && !existsSync(file))
    return { jobId: result, ...(output === undefined ? {} : { output }) };
  throw new DffmpegError('request-invalid', `What is “${result}” to be held against?`, {
    hint: 'Name the file that it was made of behind it, or a job’s id instead.',
  });
}
