import { Command, InvalidArgumentError } from 'commander';
import { metrics, type Metric } from '../../encoding/likeness.ts';
import { nearestName } from '../../encoding/nearestName.ts';
import { action, type CommandContext } from '../command.ts';
import { measure } from '../inquiries/measure.ts';

export interface MeasureOptions {
  readonly metric: Metric[];
  readonly output?: string;
}

export function measureCommand(context: CommandContext): Command {
  const command = new Command('measure')
    .description('Say how like a result is to what it was made of.')
    .argument('<result-or-job>', 'a result, or the id of a job whose result is held against its source')
    .argument('[reference]', 'the file that the result was made of')
    .option('--metric <list>', `any of ${metrics.join(', ')}`, readMetrics, ['ssim', 'psnr'] as Metric[])
    .option('--output <name>', 'of a job with several results: the one of this name');
  return command.action(
    action<[string, string | undefined, MeasureOptions]>(
      context,
      command,
      (invocation, result, reference, options) => measure(invocation, { result, reference, ...options }),
    ),
  );
}

export function readMetrics(text: string): Metric[] {
  return text.split(',').map((word) => {
    const name = word.trim().toLowerCase();
    const metric = metrics.find((each) => each === name);
    if (metric !== undefined) return metric;
    const near = nearestName(name, metrics);
    throw new InvalidArgumentError(
      `There is no metric “${name}”. ${near === undefined ? '' : `Did you mean “${near}”? `}There are: ${metrics.join(', ')}.`,
    );
  });
}
