import type { JsonObject } from '../../json.ts';
import type { ResolvedResource, ResourceModels } from '../model.ts';
import { number, object, pathOf, text } from '../properties.ts';

/** Functions and their published versions. What is in an archive is given by whoever deploys. */
export const computeModels: ResourceModels = {
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    identify: ({ name, arn }) => ({ ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } }),
    modelled: [
      'Environment',
      'FunctionName',
      'Handler',
      'MemorySize',
      'ReservedConcurrentExecutions',
      'Role',
      'Timeout',
    ],
    inert: ['Architectures', 'Code', 'Description', 'LoggingConfig', 'Runtime', 'Tags'],
    create(found, deployment) {
      const { logicalId, name } = found;
      const roleArn = text(found, 'Role');
      deployment.requireTrust(roleArn, 'lambda.amazonaws.com', pathOf(found, 'Role'));
      const arn = deployment.region.lambda.register({
        name,
        roleArn,
        // Lambda's own defaults (Lambda API Reference, CreateFunction).
        timeoutSeconds: number(found, 'Timeout', 3),
        memoryMb: number(found, 'MemorySize', 128),
        environment: environmentOf(found),
        handler: deployment.code({ logicalId, name, handler: text(found, 'Handler') }),
        ...('ReservedConcurrentExecutions' in found.properties && {
          reservedConcurrency: number(found, 'ReservedConcurrentExecutions', 0),
        }),
      });
      deployment.functions.add(arn);
    },
  },
  'AWS::Lambda::Version': {
    identify: ({ arn, property }) => {
      const functionArn = arn('lambda', `function:${property('FunctionName')}`);
      return { ref: `${functionArn}:1`, attributes: { FunctionArn: functionArn, Version: '1' } };
    },
    modelled: ['FunctionName'],
    inert: ['CodeSha256', 'Description'],
    create(version, { region }) {
      region.lambda.publishVersion(text(version, 'FunctionName'));
    },
  },
  'AWS::Lambda::Permission': {
    identify: ({ name }) => ({ ref: name, attributes: { Id: name } }),
    modelled: ['Action', 'FunctionName', 'Principal', 'SourceArn'],
    inert: [],
    create(permission, deployment) {
      const named = text(permission, 'FunctionName');
      deployment.permissions.push({
        principal: text(permission, 'Principal'),
        action: text(permission, 'Action'),
        functionArn: named.startsWith('arn:') ? named : deployment.region.lambda.arnOf(named),
      });
    },
  },
};

function environmentOf(found: ResolvedResource): Readonly<Record<string, string>> {
  if (!('Environment' in found.properties)) return {};
  const { Variables: variables = {} } = object(found, 'Environment');
  return Object.fromEntries(
    Object.entries(variables as JsonObject).map(([name, value]) => [name, String(value)]),
  );
}
