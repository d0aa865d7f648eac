import type { ActionTable } from '../check.ts';

/** Actions and resources of Step Functions (Service Authorization Reference, AWS Step Functions). */
export const statesActions: ActionTable = {
  StartExecution: ({ stateMachineArn: resource = '' }: { readonly stateMachineArn?: string }) => [
    { action: 'states:StartExecution', resource },
  ],
  DescribeExecution: ({ executionArn: resource = '' }: { readonly executionArn?: string }) => [
    { action: 'states:DescribeExecution', resource },
  ],
};
