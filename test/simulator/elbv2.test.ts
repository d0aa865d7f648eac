import assert from 'node:assert/strict';
import test from 'node:test';
import {
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { settings } from './data-account.ts';
import { openEc2 } from './ec2-account.ts';

/** A load balancer in the first zone, its target group, and an instance in each of two zones. */
function open() {
  const account = openEc2('elb');
  const { sim, ec2, region, drive, subnetA, subnetC } = account;
  const { elbv2 } = sim.region(region);
  const client = new ElasticLoadBalancingV2Client(settings(sim, region));
  const check = { path: '/healthz', intervalSeconds: 10, healthyThreshold: 3, unhealthyThreshold: 2 };
  const group = elbv2.addTargetGroup({ name: 'web', vpcId: 'vpc-main', port: 8080, check });
  const listeners = [{ port: 443, targetGroups: ['web'] }];
  const balancer = elbv2.addLoadBalancer({ name: 'shop', subnetIds: [subnetA.id], listeners });
  const instance = ec2.addInstance({ subnetId: subnetA.id, tags: { Name: 'a' } });
  const answering = new Set<string>();
  const asked: string[] = [];
  elbv2.probe = (id, port, path) => {
    asked.push(`${id}:${port}${path}`);
    return answering.has(id);
  };
  const TargetGroupArn = group.arn;
  return {
    ...account,
    elbv2,
    elb: client,
    group,
    balancer,
    instance,
    elsewhere: ec2.addInstance({ subnetId: subnetC.id, tags: { Name: 'c' } }),
    answering,
    asked,
    register: (...ids: string[]) =>
      drive(client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: ids.map((Id) => ({ Id })) }))),
    deregister: (Id: string) =>
      drive(client.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: [{ Id }] }))),
    /** State and reason of a target, as DescribeTargetHealth tells them. */
    health: async (Id: string, groupArn = TargetGroupArn) => {
      const command = new DescribeTargetHealthCommand({ TargetGroupArn: groupArn, Targets: [{ Id }] });
      const { TargetHealthDescriptions: [found] = [] } = await drive(client.send(command));
      return [found?.TargetHealth?.State, found?.TargetHealth?.Reason].filter(Boolean).join(' ');
    },
  };
}

test('a new target is initial, and healthy after its first good check', async () => {
  const { instance, register, health, answering, asked, wait, elbv2 } = open();
  assert.equal(await health(instance.id), 'unused Target.NotRegistered');
  answering.add(instance.id);
  await register(instance.id);
  assert.equal(await health(instance.id), 'initial Elb.RegistrationInProgress');
  await wait(11);
  assert.equal(await health(instance.id), 'healthy');
  assert.equal(asked[0], `${instance.id}:8080/healthz`);
  assert.deepEqual(elbv2.targets('web'), [{ id: instance.id, port: 8080, healthy: true }]);
});

test('a target that does not answer is initial, then unhealthy, and needs several good checks to come back', async () => {
  const { instance, register, health, answering, asked, wait, elbv2 } = open();
  await register(instance.id);
  while (asked.length < 1) await wait(1);
  assert.equal(await health(instance.id), 'initial Elb.InitialHealthChecking');
  await wait(10);
  assert.equal(await health(instance.id), 'unhealthy Target.FailedHealthChecks');
  assert.deepEqual(elbv2.targets('web'), [{ id: instance.id, port: 8080, healthy: false }]);
  answering.add(instance.id);
  await wait(20);
  assert.equal(await health(instance.id), 'unhealthy Target.FailedHealthChecks');
  await wait(11);
  assert.equal(await health(instance.id), 'healthy');
  answering.delete(instance.id);
  await wait(10);
  assert.equal(await health(instance.id), 'healthy', 'one failure is not enough');
  await wait(11);
  assert.equal(await health(instance.id), 'unhealthy Target.FailedHealthChecks');
});

test('a target is of no use without a load balancer, or in a zone that the load balancer is not in', async () => {
  const { elbv2, elb, drive, instance, elsewhere, register, health, answering, subnetC, wait } = open();
  answering.add(instance.id).add(elsewhere.id);
  await register(elsewhere.id);
  assert.equal(await health(elsewhere.id), 'unused Target.NotInUse');
  const lonely = elbv2.addTargetGroup({ name: 'lonely', vpcId: 'vpc-main' });
  await drive(
    elb.send(new RegisterTargetsCommand({ TargetGroupArn: lonely.arn, Targets: [{ Id: instance.id }] })),
  );
  await wait(60);
  assert.equal(await health(instance.id, lonely.arn), 'unused Target.NotInUse');
  assert.deepEqual(elbv2.targets('lonely'), []);
  elbv2.addLoadBalancer({ name: 'late', subnetIds: [subnetC.id], listeners: [{ targetGroups: ['web'] }] });
  await wait(11);
  assert.equal(await health(elsewhere.id), 'healthy');
});

test('a stopped target is unused, and begins anew after its start', async () => {
  const { ec2, instance, register, health, answering, asked, wait } = open();
  answering.add(instance.id);
  await register(instance.id);
  await wait(11);
  ec2.lifecycle.stop(instance);
  answering.clear();
  await wait(301);
  assert.equal(await health(instance.id), 'unused Target.InvalidState');
  const checks = asked.length;
  await wait(60);
  assert.equal(asked.length, checks, 'what is not running is not asked');
  ec2.lifecycle.start(instance);
  assert.match(await health(instance.id), /^initial/);
  answering.add(instance.id);
  await wait(240);
  assert.equal(await health(instance.id), 'healthy');
});

test('a deregistered target drains for the delay, gets nothing, and is then forgotten', async () => {
  const { elbv2, instance, register, deregister, health, answering, group, wait } = open();
  answering.add(instance.id);
  await register(instance.id);
  await wait(11);
  await deregister(instance.id);
  assert.equal(await health(instance.id), 'draining Target.DeregistrationInProgress');
  assert.deepEqual(elbv2.targets('web'), []);
  await wait(298);
  assert.equal(await health(instance.id), 'draining Target.DeregistrationInProgress');
  await wait(3);
  assert.equal(await health(instance.id), 'unused Target.NotRegistered');
  assert.equal(group.targets.size, 0);
  await deregister(instance.id);
});

test('a target that is registered again while it drains is initial again', async () => {
  const { instance, register, deregister, health, answering, wait } = open();
  answering.add(instance.id);
  await register(instance.id);
  await wait(11);
  await deregister(instance.id);
  await register(instance.id);
  assert.match(await health(instance.id), /^initial/);
  await wait(301);
  assert.equal(
    await health(instance.id),
    'healthy',
    'what was left of the first registration does not end the second',
  );
});

test('registering a target again changes nothing', async () => {
  const { instance, register, health, answering, wait } = open();
  answering.add(instance.id);
  await register(instance.id);
  await wait(11);
  await register(instance.id);
  assert.equal(await health(instance.id), 'healthy');
});

test('a terminated instance leaves its target groups by itself', async () => {
  const { ec2, instance, register, health, answering, group, wait } = open();
  answering.add(instance.id);
  await register(instance.id);
  ec2.lifecycle.terminate(instance);
  await wait(301);
  assert.match(await health(instance.id), /^draining/);
  await wait(301);
  assert.equal(group.targets.size, 0);
});

test('targets of a world are healthy from the start, until checks say otherwise', async () => {
  const { elbv2, instance, wait, subnetA } = open();
  const group = elbv2.addTargetGroup({ name: 'old', vpcId: 'vpc-main', targets: [instance.id] });
  elbv2.addLoadBalancer({ name: 'old', subnetIds: [subnetA.id], listeners: [{ targetGroups: ['old'] }] });
  assert.deepEqual(elbv2.targets('old'), [{ id: instance.id, port: 80, healthy: true }]);
  await wait(2 * group.check.intervalSeconds + 1);
  assert.deepEqual(elbv2.targets('old'), [{ id: instance.id, port: 80, healthy: false }]);
});

test('only running instances of the right VPC can be registered, all of them or none', async () => {
  const { ec2, instance, register, refusal, group } = open();
  const stopped = ec2.addInstance({ subnetId: instance.subnetId, state: 'stopped' });
  const foreign = ec2.addInstance({ tags: { Name: 'default network' } });
  assert.match(
    await refusal(register(instance.id, stopped.id)),
    /^InvalidTargetException: The following targets are not in a running state and cannot be registered: 'i-/,
  );
  assert.match(await refusal(register(foreign.id)), /not in the target group VPC 'vpc-main'/);
  assert.match(await refusal(register('i-00000000000000000')), /^InvalidTargetException/);
  assert.equal(group.targets.size, 0);
});

test('load balancers, listeners and target groups are described by name, and unknown ones are refused', async () => {
  const { elb, drive, refusal, group, balancer, region } = open();
  const { LoadBalancers: [shown] = [] } = await drive(
    elb.send(new DescribeLoadBalancersCommand({ Names: ['shop'] })),
  );
  assert.match(shown?.DNSName ?? '', new RegExp(`^shop-\\d+\\.${region}\\.elb\\.amazonaws\\.com$`));
  assert.deepEqual(
    shown?.AvailabilityZones?.map(({ ZoneName }) => ZoneName),
    [`${region}a`],
  );
  const { Listeners: [listener] = [] } = await drive(
    elb.send(new DescribeListenersCommand({ LoadBalancerArn: balancer.arn })),
  );
  assert.deepEqual(
    [listener?.Port, listener?.Protocol, listener?.DefaultActions?.[0]?.TargetGroupArn],
    [443, 'HTTPS', group.arn],
  );
  const { TargetGroups: [found] = [] } = await drive(
    elb.send(new DescribeTargetGroupsCommand({ Names: ['web'] })),
  );
  assert.deepEqual(
    [
      found?.TargetGroupArn,
      found?.Port,
      found?.HealthCheckPath,
      found?.HealthyThresholdCount,
      found?.LoadBalancerArns,
    ],
    [group.arn, 8080, '/healthz', 3, [balancer.arn]],
  );
  assert.match(
    await refusal(elb.send(new DescribeTargetGroupsCommand({ Names: ['nobody'] }))),
    /^TargetGroupNotFoundException/,
  );
  assert.match(
    await refusal(elb.send(new DescribeLoadBalancersCommand({ Names: ['nobody'] }))),
    /^LoadBalancerNotFoundException/,
  );
  const broken = elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: 'web' }));
  assert.match(await refusal(broken), /^ValidationError/);
});

test('pages of target groups hold each of them once', async () => {
  const { elbv2, elb, drive } = open();
  for (let n = 0; n < 6; n += 1) elbv2.addTargetGroup({ name: `g${n}`, vpcId: 'vpc-main' });
  const names: (string | undefined)[] = [];
  let Marker: string | undefined;
  do {
    const { TargetGroups = [], NextMarker } = await drive(
      elb.send(new DescribeTargetGroupsCommand({ PageSize: 3, Marker })),
    );
    names.push(...TargetGroups.map(({ TargetGroupName }) => TargetGroupName));
    Marker = NextMarker;
  } while (Marker !== undefined);
  assert.deepEqual(names.sort(), ['g0', 'g1', 'g2', 'g3', 'g4', 'g5', 'web']);
});

test('a world whose load balancing names what is not there is refused', () => {
  const { elbv2, subnetA } = open();
  assert.throws(() => elbv2.addTargetGroup({ name: 'x', vpcId: 'vpc-none' }), /no VPC vpc-none/);
  assert.throws(
    () => elbv2.addTargetGroup({ name: 'x', vpcId: 'vpc-main', targets: ['i-none'] }),
    /no instance i-none/,
  );
  const listeners = [{ targetGroups: ['none'] }];
  assert.throws(
    () => elbv2.addLoadBalancer({ name: 'x', subnetIds: [subnetA.id], listeners }),
    /no target group none/,
  );
  assert.throws(() => elbv2.addLoadBalancer({ name: 'x', subnetIds: [], listeners: [] }), /has no subnet/);
});
