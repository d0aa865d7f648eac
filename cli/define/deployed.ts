import type { Command } from 'commander';
import { UsageError } from '../usage-error.ts';
import { httpUrl } from './values.ts';

/** Which deployed stack a command acts on, and how it prints. */
export interface DeployedOptions {
  /** It acts on the account of the usual credentials: said by every such command, so that none does by a slip. */
  readonly aws?: boolean;
  readonly endpoint?: string;
  readonly stage: string;
  /** The one Region whose stack is meant, where plans recover in several. */
  readonly region?: string;
  readonly json?: boolean;
}

export function addDeployedOptions(command: Command): Command {
  return command
    .option('--aws', 'act on the deployed stack, in the account of the usual AWS credentials')
    .option('--endpoint <url>', 'act on the stack of an AWS elsewhere, such as a simulated one', httpUrl)
    .option('--stage <name>', 'the stage that is deployed', 'live')
    .option('--region <name>', 'only the stack of this Region, where plans recover in several')
    .option('--json', 'print one JSON object on standard output, and nothing else there');
}

/** @throws UsageError where nobody said that a deployed stack is meant */
export function refuseSlip({ aws, endpoint }: Pick<DeployedOptions, 'aws' | 'endpoint'>): void {
  if (aws === true || endpoint !== undefined) return;
  throw new UsageError('this acts on a deployed stack; say so with --aws, or with --endpoint URL');
}
