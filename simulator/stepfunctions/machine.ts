import type { LoggingConfiguration, Tag } from '@aws-sdk/client-sfn';
import type { Definition } from './definition.ts';

/** A state machine as it is stored. An update stores a new one: executions keep the one that they started with. */
export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly roleArn: string;
  readonly definition: Definition;
  /** The definition's text, as DescribeStateMachine returns it. */
  readonly text: string;
  /** Changes with each update. */
  readonly revisionId: string;
  readonly loggingConfiguration: LoggingConfiguration;
  readonly tags: readonly Tag[];
}
