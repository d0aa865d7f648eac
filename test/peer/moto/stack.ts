import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { CreateDocumentCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { RecoveryKind } from '../../../recovery/terms.ts';
import { resourceModels, type Template } from '../../../simulator/cloudformation/deploy.ts';
import type { ResolvedResource } from '../../../simulator/cloudformation/model.ts';
import { Stack } from '../../../simulator/cloudformation/stack.ts';
import type { JsonObject } from '../../../simulator/json.ts';
import type { DeployedFunction } from './functions.ts';
import type { PeerAccount } from './seed/account.ts';

/** A stack in moto: what moto runs of it, and the functions that it calls. */
export interface PeerStack {
  readonly ledgerBucket: string;
  readonly machineArns: Readonly<Record<RecoveryKind, string>>;
  readonly functions: ReadonlyMap<string, DeployedFunction>;
}

/** Resolves a packaged template as CloudFormation would, for a Region of an account. */
export function resolveStack(
  template: Template,
  region: string,
  accountId: string,
): readonly ResolvedResource[] {
  const setting = {
    stackName: 'lifeboat-live',
    region,
    accountId,
    parameters: {},
    zones: () => [],
    suffix: (logicalId: string) => Buffer.from(logicalId).toString('hex').slice(-12),
  };
  return new Stack(template, setting, resourceModels).resources();
}

/**
 * Makes in moto what a recovery needs of a stack: ledger, topic, documents and the two machines with their definitions as
 * they are packaged. What moto's CloudFormation cannot make or silently leaves out is none of this.
 */
export async function installStack(
  account: PeerAccount,
  region: string,
  resources: readonly ResolvedResource[],
): Promise<PeerStack> {
  const { s3, sns, ssm, sfn } = account.in(region);
  const functions = new Map<string, DeployedFunction>();
  const machines = new Map<string, string>();
  let ledgerBucket = '';
  for (const { logicalId, type, ref, name, properties } of resources) {
    if (type === 'AWS::Lambda::Function') functions.set(name, functionOf(properties));
    else if (type === 'AWS::SNS::Topic') await sns.send(new CreateTopicCommand({ Name: name }));
    else if (logicalId === 'Ledger') {
      ledgerBucket = ref;
      await s3.send(
        new CreateBucketCommand({
          Bucket: ref,
          CreateBucketConfiguration: { LocationConstraint: region as 'ap-northeast-1' },
        }),
      );
      const VersioningConfiguration = { Status: 'Enabled' as const };
      await s3.send(new PutBucketVersioningCommand({ Bucket: ref, VersioningConfiguration }));
    } else if (type === 'AWS::SSM::Document') {
      const Content = JSON.stringify(properties['Content']);
      await ssm.send(new CreateDocumentCommand({ Name: ref, DocumentType: 'Command', Content }));
    } else if (type === 'AWS::SSM::Parameter') {
      const Value = String(properties['Value']);
      await ssm.send(new PutParameterCommand({ Name: ref, Value, Type: 'String' }));
    } else if (type === 'AWS::StepFunctions::StateMachine') {
      const definition = definitionOf(properties);
      const roleArn = String(properties['RoleArn']);
      const { stateMachineArn } = await sfn.send(
        new CreateStateMachineCommand({ name, definition, roleArn }),
      );
      machines.set(logicalId, stateMachineArn ?? '');
    }
  }
  const machineArns = {
    drill: machines.get('LifeboatDrill') ?? '',
    failover: machines.get('LifeboatFailover') ?? '',
  };
  return { ledgerBucket, machineArns, functions };
}

function functionOf(properties: JsonObject): DeployedFunction {
  const [, bundle = ''] = /([a-z]+)\/index\.handler$/.exec(String(properties['Handler'])) ?? [];
  const { Variables = {} } = (properties['Environment'] ?? {}) as { readonly Variables?: JsonObject };
  const environment = Object.fromEntries(
    Object.entries(Variables).map(([name, value]) => [name, String(value)]),
  );
  return { bundle, environment, timeoutSeconds: Number(properties['Timeout']) };
}

function definitionOf({ Definition, DefinitionSubstitutions }: JsonObject): string {
  const substitutions = DefinitionSubstitutions as Readonly<Record<string, string>>;
  return JSON.stringify(Definition).replace(
    /\$\{([^{}]+)\}/g,
    (_match, name: string) => substitutions[name] ?? '',
  );
}
