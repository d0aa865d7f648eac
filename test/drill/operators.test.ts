import assert from 'node:assert/strict';
import test from 'node:test';
import { openAccount } from '../../drill/account.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import { evaluate } from '../../simulator/iam/evaluate.ts';
import { readPolicy } from '../../simulator/iam/policy.ts';
import { Person } from './person.ts';
import { shopPlan, shopWorld, template, tokyo } from './shop.ts';

const account = '123456789012';

/** The stack with a role that has what the stack's policy for operators allows, and nothing else. */
const withRole = {
  ...template,
  Resources: {
    ...template.Resources,
    OnCall: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }],
        },
        Policies: [
          {
            PolicyName: 'operators',
            PolicyDocument: template.Resources['Operators']?.Properties?.['PolicyDocument'],
          },
        ],
      },
    },
  },
} as Template;

interface Asked {
  readonly action: string;
  readonly resource: string;
}

/** What IAM asks about a call (Service Authorization Reference: Amazon S3, Step Functions, Systems Manager). */
function askedOf(operation: string, input: Readonly<Record<string, unknown>>): readonly Asked[] {
  const object = `arn:aws:s3:::${input['Bucket']}/${input['Key']}`;
  const names = (input['Names'] ?? []) as readonly string[];
  const parameter = (name: string) => `arn:aws:ssm:${tokyo}:${account}:parameter${name}`;
  switch (operation) {
    // Nobody needs a permission for it (STS API Reference, GetCallerIdentity).
    case 'GetCallerIdentity':
      return [];
    case 'GetParameters':
      return names.map((name) => ({ action: 'ssm:GetParameters', resource: parameter(name) }));
    case 'GetObject':
    case 'PutObject':
      return [{ action: `s3:${operation}`, resource: object }];
    case 'ListObjectsV2':
      return [{ action: 's3:ListBucket', resource: `arn:aws:s3:::${input['Bucket']}` }];
    case 'StartExecution':
      return [{ action: 'states:StartExecution', resource: String(input['stateMachineArn']) }];
    case 'DescribeExecution':
      return [{ action: 'states:DescribeExecution', resource: String(input['executionArn']) }];
    default:
      return assert.fail(`an operator asks for ${operation}`);
  }
}

test('the policy of the stack allows a person every order, and no word in the name of another', async () => {
  const { sim, stack, ledgerBucket } = openAccount({
    plan: shopPlan(),
    world: shopWorld(),
    template: withRole,
    seed: 7,
  });
  const [{ document } = assert.fail()] = stack.roles.get(stack.arn('OnCall'))?.policies ?? [];
  const policy = readPolicy('operators', 'identity', document);
  const ana = new Person(sim, 'ana');
  const asked: Asked[] = [];
  sim.faults.push(({ operation, caller }, input) => {
    if (caller.userId === ana.userId) asked.push(...askedOf(operation, input as Record<string, unknown>));
    return undefined;
  });
  const recovery = 'latest';
  const comment = 'a test of the grid';
  await ana.order({ command: 'pause', scope: 'all', comment });
  await ana.order({ command: 'unpause', scope: 'all', comment });
  await ana.order({ command: 'pause', scope: { plan: 'shop' }, comment });
  await ana.refused({ command: 'acknowledge', plan: 'shop', comment });
  await ana.order({ command: 'drill', plan: 'shop', comment });
  await ana.order({ command: 'failover', plan: 'shop', comment });
  await sim.clock.driveUntil(sim.clock.nowMs() + 20_000);
  await ana.order({ command: 'approve', recovery, overrides: [], comment });
  await ana.order({ command: 'abort', recovery, comment });
  await sim.clock.driveUntil(sim.clock.nowMs() + 120_000);
  await ana.order({ command: 'continue', recovery, acceptsChangedPlan: false, comment });
  await ana.status();

  const who = { account, roleArn: stack.arn('OnCall') };
  const context = (key: string) => (key.toLowerCase() === 'aws:userid' ? [ana.userId] : undefined);
  const decide = (each: Asked) => evaluate([policy], { principal: who, ...each, context }).decision;
  assert.ok(asked.length > 30);
  assert.deepEqual(
    asked.filter((each) => decide(each) !== 'allow'),
    [],
  );
  const remountMachine = stack.arn('LifeboatRemount');
  assert.equal(decide({ action: 'states:StartExecution', resource: remountMachine }), 'allow');
  const others = ['approval', 'request'].map((word) =>
    ledgerKeys[word as 'approval' | 'request']('shop', 'shop-failover-1', 'AIDABEN'),
  );
  const own = [ledgerKeys.incident('shop'), ledgerKeys.opened('shop', 'shop-failover-1')];
  for (const key of [...others, ...own]) {
    const write = { action: 's3:PutObject', resource: `arn:aws:s3:::${ledgerBucket}/${key}` };
    assert.equal(decide(write), 'implicitDeny', key);
  }
});
