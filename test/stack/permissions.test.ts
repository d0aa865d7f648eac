import assert from 'node:assert/strict';
import test from 'node:test';
import type { JsonObject } from '../../simulator/json.ts';
import { hurry, impatientPlan, rehearseShop, replica, template, tokyo } from '../drill/shop.ts';
import { nameOf, roleOf, statementsFor, withoutAction } from './roles.ts';
import { demandingPlan, scenarios } from './scenarios.ts';

/** Permissions that no scenario needs, and why a role has them all the same; `unseen-permissions.test.ts` holds each of them. */
const beyondScenarios: readonly { readonly what: RegExp; readonly why: string }[] = [
  {
    what: /^\S+ logs:(CreateLogStream|PutLogEvents)$/,
    why: 'Lambda writes the log of a function in its name; the simulator keeps no logs',
  },
  {
    what: /^\S+MachineRole logs:(\w+LogDelivery|ListLogDeliveries|PutResourcePolicy|DescribeResourcePolicies|DescribeLogGroups)$/,
    why: 'Step Functions asks for these when a machine with a log is created; the simulator keeps no logs',
  },
  {
    what: /^\S+PracticeSchedulesRole sqs:SendMessage$/,
    why: 'Scheduler gives up what its target did not take for an hour; the simulator keeps no queues',
  },
];

const statements = statementsFor([demandingPlan]);
/**
 * What a scenario was allowed that nothing else in its role would have allowed: it is the same run until then without that
 * action in that statement, is denied there, and the scenario fails by naming who, what and on what.
 */
const needed = new Set<string>();
const used = new Set<string>();

for (const [name, run] of Object.entries(scenarios)) {
  test(`${name} is allowed all that it asks for`, async () => {
    const { uses, denials } = await run();
    assert.deepEqual([...new Set(denials.map(({ message }) => message))], []);
    for (const { roleArn, policy, statement, action, isOnly } of uses)
      for (const set of isOnly ? [needed, used] : [used])
        set.add(`${roleOf(roleArn)} ${nameOf(policy, statement)} ${action}`);
  });
}

test('every permission of every role is needed by one of these scenarios, or is known to be needed beyond them', () => {
  const granted = statements.flatMap(({ role, name, actions }) =>
    actions.map((action) => ({ statement: `${role} ${name} ${action}`, permission: `${role} ${action}` })),
  );
  const idle = granted.filter(({ statement }) => !needed.has(statement));
  const isListed = ({ permission }: { readonly permission: string }) =>
    beyondScenarios.some(({ what }) => what.test(permission));
  assert.deepEqual(
    idle.filter((each) => !isListed(each)).map(({ statement }) => statement),
    [],
  );
  for (const { what, why } of beyondScenarios) {
    const meant = granted.filter(({ permission }) => what.test(permission));
    assert.ok(meant.length > 0, `nothing is granted because ${why}`);
    assert.deepEqual(
      meant.filter(({ statement }) => used.has(statement)),
      [],
      `a scenario needs what is granted because ${why}`,
    );
  }
  const unknown = [...used].filter((each) => !granted.some(({ statement }) => statement === each));
  assert.deepEqual(unknown, [], 'whatever was used is in the templates');
});

test('a permission is named in full: where it is taken away, no other statement gives it by a wildcard', () => {
  const wide = statements.flatMap(({ role, actions }) =>
    actions.filter((action) => !/^[a-z0-9]+:[A-Za-z]+$/.test(action)).map((action) => `${role} ${action}`),
  );
  assert.deepEqual(wide, []);
});

const missing = [
  [
    'drill',
    'DrillServersRole',
    'ec2:CreateTags',
    /drillServers is not .*ec2:CreateTags on resource: arn:aws:ec2:ap-northeast-1:123456789012:instance\/\*/,
  ],
  [
    'drill',
    'DrillServersRole',
    'iam:PassRole',
    /drillServers is not .*iam:PassRole on resource: arn:aws:iam::123456789012:role\/shop-drill/,
  ],
  [
    'drill',
    'DrillVolumesRole',
    'kms:CreateGrant',
    /drillVolumes is not .*kms:CreateGrant on resource: arn:aws:kms:ap-northeast-1:123456789012:key\//,
  ],
  [
    'drill',
    'DrillConcludeRole',
    'sns:Publish',
    /drillConclude is not .*sns:Publish on resource: arn:aws:sns:ap-northeast-1:123456789012:/,
  ],
  [
    'failover',
    'FailoverMachineRole',
    'lambda:InvokeFunction',
    /may not lambda:InvokeFunction on arn:aws:lambda:ap-northeast-1:123456789012:function:lifeboat-live-failoverOpen/,
  ],
  [
    'failover',
    'FailoverDatabasesRole',
    'rds:PromoteReadReplica',
    /failoverDatabases is not .*rds:PromoteReadReplica on resource: arn:aws:rds:ap-northeast-1:123456789012:db:shop-orders-replica/,
  ],
  [
    'failover',
    'FailoverFenceRole',
    'autoscaling:DescribeAutoScalingGroups',
    /failoverFence is not .*autoscaling:DescribeAutoScalingGroups/,
  ],
] as const;

for (const [kind, role, action, says] of missing) {
  test(`a ${kind} fails where ${role} lacks ${action}, and says who, what and on what`, async () => {
    const { evidence } = await rehearseShop({
      kind,
      plan: impatientPlan(),
      template: withoutAction(template, role, action),
      sabotage: hurry,
    });
    const messages = evidence.violations
      .filter(({ checker }) => checker === 'everythingPermitted')
      .map(({ message }) => message);
    assert.match(messages.join('\n'), says);
  });
}

/** The drill's functions take themselves for a failover's, and its gate lets everything through. */
function toldToPromote(): typeof template {
  const Resources = Object.entries(template.Resources).map(([id, resource]) => {
    const { Environment } = (resource.Properties ?? {}) as { Environment?: { Variables: JsonObject } };
    if (!Environment || !id.startsWith('Drill')) return [id, resource];
    const Variables = { ...Environment.Variables, LIFEBOAT_KIND: 'failover' };
    const asFailover = id.includes('Gate') && { Role: { 'Fn::GetAtt': ['FailoverGateRole', 'Arn'] } };
    const Properties = { ...resource.Properties, ...asFailover, Environment: { Variables } };
    return [id, { ...resource, Properties }];
  });
  return { ...template, Resources: Object.fromEntries(Resources) };
}

test('a drill that is told to promote and to start is refused by its roles, and hurts nothing', async () => {
  const { evidence, account } = await rehearseShop({
    kind: 'drill',
    plan: impatientPlan(),
    template: toldToPromote(),
    sabotage: hurry,
  });
  assert.notEqual(evidence.outcome, 'drilled');
  const { rds, ec2 } = account.sim.region(tokyo);
  assert.equal(rds.isWritable(replica), false);
  assert.equal(ec2.instances.get('i-0a11c0ffee0000001')?.state, 'stopped');
  const refused = account.sim.iam.permissions.denials.map(({ action }) => action);
  for (const action of ['ec2:StartInstances', 'rds:PromoteReadReplica'])
    assert.ok(refused.includes(action), `${action} among ${[...new Set(refused)].join(', ')}`);
  const hurt = evidence.violations.filter(({ checker }) => checker === 'drillHurtsNothing');
  assert.deepEqual(hurt, []);
});
