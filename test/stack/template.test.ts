import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'node:test';
import validateAsl from 'asl-validator';
import { readEnvironment } from '../../aws/environment.ts';
import { type RecoveryKind, recoveryKinds, stepNames } from '../../recovery/terms.ts';
import {
  type Deployment,
  deployTemplate,
  type TemplateFunction,
} from '../../simulator/cloudformation/deploy.ts';
import { Simulator } from '../../simulator/simulator.ts';
import { mountDocument, probeDocument } from '../../stack/documents/documents.ts';
import { forPlans } from '../../stack/for-plans.ts';
import { stepFunctions } from '../../stack/functions.ts';
import { responseFunctionNames } from '../../stack/response.ts';
import { type PackagedTemplate, packagedTemplate } from '../../stack/template.ts';
import { shopPlan } from '../drill/shop.ts';
import { planOfRecord } from '../drill/simple-record.ts';

const root = join(import.meta.dirname, '../..');
const region = 'ap-northeast-1';
const template = await packagedTemplate();
/** For a plan that changes a record, too: what roles may do most. */
const withRecord = forPlans(template, [shopPlan(planOfRecord)]);

function ofType(type: string): readonly (readonly [string, Record<string, unknown>])[] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, { Properties = {} }]) => [id, Properties as Record<string, unknown>]);
}

interface Deployed {
  readonly sim: Simulator;
  readonly stack: Deployment;
  readonly functions: readonly TemplateFunction[];
}

function deploy(packaged: PackagedTemplate = template): Deployed {
  const sim = new Simulator({
    seed: 1,
    startMs: 0,
    accountId: '123456789012',
    regions: { [region]: ['a', 'c', 'd'] },
  });
  const functions: TemplateFunction[] = [];
  const stack = deployTemplate(sim, region, packaged, {
    stackName: 'lifeboat-live',
    code: (found) => {
      functions.push(found);
      return async () => null;
    },
  });
  return { sim, stack, functions };
}

test('the packaged template resolves with nothing unknown, and every part of it can be deployed', () => {
  const { stack } = deploy();
  for (const [id, { Condition: condition }] of Object.entries(template.Resources)) {
    // The alarms of a plan stand only where the plan recovers.
    if (condition === undefined || condition === 'RecoversShop')
      assert.equal(typeof stack.ref(id), 'string', id);
    else assert.throws(() => stack.ref(id), { name: 'TemplateError' }, id);
  }
  assert.deepEqual(Object.keys(stack.outputs).sort(), [
    'DrillMachineArn',
    'FailoverMachineArn',
    'LedgerName',
    'RemountMachineArn',
    'ResponseMachineArn',
    'ServerlessDeploymentBucketName',
    'TopicArn',
  ]);
});

test('each step in functions/ is deployed for a drill and for a failover, what is around them once, and nothing else', () => {
  const files = readdirSync(join(root, 'functions'))
    .map((file) => basename(file, '.ts'))
    .sort();
  const deployed = deploy().functions.map(
    ({ handler }) => /^dist\/([a-z]+)\/index\.handler$/.exec(handler)?.[1] ?? handler,
  );
  assert.deepEqual([...new Set(deployed)].sort(), files);
  assert.equal(deployed.length, stepNames.length * recoveryKinds.length + responseFunctionNames.length);
  assert.deepEqual([...stepNames, ...responseFunctionNames].sort(), files);
});

test('each function is told what it reads, runs on arm64, and ends before its task does', () => {
  for (const { logicalId, kind } of stepFunctions()) {
    const { Properties: properties = {} } = template.Resources[logicalId] ?? {};
    const { Variables: variables } = properties['Environment'] as { Variables: Record<string, unknown> };
    const environment = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, typeof value === 'string' ? value : 'set']),
    );
    assert.equal(readEnvironment({ ...environment, AWS_REGION: region }).kind, kind, logicalId);
    assert.deepEqual([properties['Architectures'], properties['Runtime']], [['arm64'], 'nodejs24.x']);
    assert.ok(Number(properties['Timeout']) < shortestTask(), logicalId);
  }
});

function shortestTask(): number {
  const machine = template.Resources['LifeboatDrill']?.Properties?.['Definition'];
  const found = JSON.stringify(machine).matchAll(/"TimeoutSeconds":(\d+)/g);
  return Math.min(...[...found].map(([, seconds]) => Number(seconds)));
}

test('each function has a role of its own', () => {
  const roles = ofType('AWS::Lambda::Function').map(([, { Role: role }]) => JSON.stringify(role));
  assert.equal(new Set(roles).size, roles.length);
});

test('the documents are deployed byte for byte', () => {
  assert.deepEqual(
    template.Resources['MountDocument']?.Properties?.['Content'],
    JSON.parse(JSON.stringify(mountDocument())),
  );
  assert.deepEqual(
    template.Resources['ProbeDocument']?.Properties?.['Content'],
    JSON.parse(JSON.stringify(probeDocument())),
  );
});

for (const kind of recoveryKinds) {
  const id = kind === 'drill' ? 'LifeboatDrill' : 'LifeboatFailover';

  test(`the machine of a ${kind} calls only functions of a ${kind}, and every one of them`, () => {
    const { stack } = deploy();
    const definition = definitionOf(kind, stack);
    const called = [...definition.matchAll(/"Resource":"(arn:aws:lambda:[^"]+)"/g)].map(([, arn]) => arn);
    const own = stepFunctions([kind]).map(({ logicalId }) => stack.arn(logicalId));
    assert.deepEqual([...new Set(called)].sort(), own.sort());
    assert.ok(definition.includes(`"kind":"${kind}"`));
  });

  test(`the definition of ${id} is one that asl-validator accepts`, () => {
    const definition = JSON.parse(definitionOf(kind, deploy().stack));
    const { isValid, errorsText } = validateAsl(structuredClone(definition), {
      checkPaths: true,
      checkArn: true,
    });
    assert.ok(isValid, errorsText('\n'));
  });
}

/** The definition of a machine as it is deployed. */
function definitionOf(kind: RecoveryKind, stack: Deployment): string {
  const { Definition: definition } =
    template.Resources[kind === 'drill' ? 'LifeboatDrill' : 'LifeboatFailover']?.Properties ?? {};
  const arns = new Map(
    stepFunctions([kind]).map(({ substitution, logicalId }) => [substitution, stack.arn(logicalId)]),
  );
  return JSON.stringify(definition).replace(
    /\$\{(\w+)\}/g,
    (_, name: string) => arns.get(name) ?? (name === 'Kind' ? kind : `unknown ${name}`),
  );
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

function statementsOf(roleId: string, stack: Deployment): readonly Statement[] {
  const role = stack.roles.get(stack.arn(roleId));
  return (role?.policies ?? []).flatMap(
    ({ document }) => document['Statement'] as unknown as readonly Statement[],
  );
}

const actionsOf = (statements: readonly Statement[]) =>
  statements.flatMap(({ Action: action }) => [action].flat());

test('no function of a drill may start, promote, register, switch traffic or write a live setting', () => {
  const { stack } = deploy(withRecord);
  const statements = stepFunctions(['drill']).flatMap(({ roleId }) => statementsOf(roleId, stack));
  const forbidden =
    /^(autoscaling:|ec2:(Start|Stop|Modify)|rds:Promote|elasticloadbalancing:(Register|Deregister)|route53:(Change|Get))/;
  assert.deepEqual(
    actionsOf(statements).filter((action) => forbidden.test(action)),
    [],
  );
  assert.deepEqual(
    trafficPuts(statements),
    [],
    'the alarm that moves users watches a metric that a drill cannot put',
  );
  const written = statements
    .filter(({ Action }) => [Action].flat().includes('ssm:PutParameter'))
    .flatMap(({ Resource }) => Resource);
  assert.deepEqual(written, [`arn:aws:ssm:${region}:123456789012:parameter/lifeboat/drill/*`]);
  const commanded = statements.filter(
    ({ Action, Resource }) =>
      [Action].flat().includes('ssm:SendCommand') && String(Resource).includes(':instance/'),
  );
  for (const { Condition } of commanded)
    assert.deepEqual(Condition, {
      Null: { 'ssm:resourceTag/lifeboat:recovery': 'false', 'ssm:resourceTag/lifeboat:expires': 'false' },
    });
  assert.ok(commanded.length > 0);
});

/** The statements that permit the metrics that move users. */
const trafficPuts = (statements: readonly Statement[]) =>
  statements.filter(
    ({ Action, Condition }) =>
      [Action].flat().includes('cloudwatch:PutMetricData') &&
      JSON.stringify(Condition ?? 'Lifeboat/Traffic').includes('Lifeboat/Traffic'),
  );

test('a failover may promote, start and switch traffic, and deletes nothing', () => {
  const { stack } = deploy(withRecord);
  const statements = stepFunctions(['failover']).flatMap(({ roleId }) => statementsOf(roleId, stack));
  const actions = actionsOf(statements);
  assert.deepEqual(
    trafficPuts(statements).map(({ Condition }) => Condition),
    [{ StringEquals: { 'cloudwatch:namespace': 'Lifeboat/Traffic' } }],
    'and puts no other metric',
  );
  for (const action of ['rds:PromoteReadReplica', 'ec2:StartInstances', 'route53:ChangeResourceRecordSets']) {
    assert.ok(actions.includes(action), action);
  }
  assert.deepEqual(
    actions.filter((action) => /:(Delete|Terminate)/.test(action)),
    [],
  );
});

test('only actions that know no resource are allowed on all of them', () => {
  const { stack } = deploy(withRecord);
  const roleIds = ofType('AWS::IAM::Role').map(([id]) => id);
  const everywhere = roleIds
    .flatMap((id) => statementsOf(id, stack))
    .filter(({ Resource: resource }) => [resource].flat().includes('*'))
    .flatMap(({ Action: action }) => action);
  const unlimited =
    /^(autoscaling:Describe|ec2:Describe|ssm:(DescribeInstanceInformation|DescribeParameters|GetCommandInvocation|ListCommandInvocations)|elasticloadbalancing:Describe|cloudwatch:(DescribeAlarms|GetMetricData|PutMetricData)|route53:ListHostedZones$|servicequotas:GetServiceQuota$|logs:)/;
  assert.deepEqual(
    [...new Set(everywhere)].filter((action) => !unlimited.test(action)),
    [],
  );
  assert.ok(!everywhere.some((action) => action.includes('*')));
});

test('the ledger outlives the stack, keeps versions, is encrypted and not public', () => {
  const ledger = JSON.parse(JSON.stringify(template.Resources['Ledger'])) as Record<
    string,
    Record<string, unknown>
  >;
  assert.equal(ledger['DeletionPolicy'], 'Retain');
  assert.equal(ledger['UpdateReplacePolicy'], 'Retain');
  const { sim, stack } = deploy();
  const bucket = sim.s3.buckets.get(stack.ref('Ledger'));
  assert.equal(bucket?.versioning, 'Enabled');
  assert.equal(bucket?.encryption.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm, 'AES256');
  assert.deepEqual(Object.values(bucket?.publicAccessBlock ?? {}), [true, true, true, true]);
  assert.match(bucket?.policy?.text ?? '', /aws:SecureTransport/);
});
