/** What a Task state calls. */
export type TaskResource = FunctionResource | IntegrationResource;

/** A Lambda function by its own ARN. */
export interface FunctionResource {
  readonly kind: 'function';
  readonly functionArn: string;
}

export const integrations = [
  'lambda:invoke',
  'states:startExecution',
  'aws-sdk:sfn:startExecution',
  'events:putEvents',
  'sns:publish',
] as const;
export type Integration = (typeof integrations)[number];

/** A service integration (`arn:aws:states:::…`). `resourceType` and `resource` are what the history calls it. */
export interface IntegrationResource {
  readonly kind: 'integration';
  readonly integration: Integration;
  readonly resourceType: string;
  readonly resource: string;
  /** Whether the task ends with SendTaskSuccess or SendTaskFailure only. */
  readonly waitsForToken: boolean;
}

const functionArn =
  /^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(?::(?:\$LATEST|[A-Za-z0-9_-]+))?$/;
const integrationArn = /^arn:aws:states:::(.+?)(\.waitForTaskToken)?$/;

/** The resource of a Task, or why it cannot be run here. */
export function parseResource(
  arn: string,
): TaskResource | { readonly kind: 'refused'; readonly why: string } {
  if (functionArn.test(arn)) return { kind: 'function', functionArn: arn };
  const [, api, token] = integrationArn.exec(arn) ?? [];
  if (!api)
    return { kind: 'refused', why: `'${arn}' is not the ARN of a function or of a service integration` };
  const integration = integrations.find((known) => known === api);
  if (!integration) return { kind: 'refused', why: `the integration '${arn}' is not simulated` };
  const colon = api.lastIndexOf(':');
  return {
    kind: 'integration',
    integration,
    resourceType: api.slice(0, colon),
    resource: `${api.slice(colon + 1)}${token ?? ''}`,
    waitsForToken: token !== undefined,
  };
}
