import type { Tag } from '@aws-sdk/client-eventbridge';
import type { JsonObject } from '../json.ts';
import type { Pattern } from './pattern.ts';
import type { Target } from './target.ts';

/** A rule on a bus. */
export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  readonly patternText: string;
  readonly matches: Pattern;
  readonly isEnabled: boolean;
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
  readonly targets: ReadonlyMap<string, Target>;
  readonly tags: readonly Tag[];
}

/** An event bus. Its policy may deny what the account itself does; calls from other accounts are not modelled. */
export interface Bus {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  readonly description: string | undefined;
  readonly rules: Map<string, Rule>;
  policy: JsonObject | undefined;
  tags: readonly Tag[];
}
