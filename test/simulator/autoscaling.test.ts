import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling';
import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { AwsError } from '../../simulator/errors.ts';
import { settings } from './data-account.ts';
import { openEc2 } from './ec2-account.ts';

/** A group of two instances in two zones, long in service. */
function open() {
  const account = openEc2('autoscaling');
  const { sim, ec2, region, drive, image, subnetA, subnetC, client: ec2Client } = account;
  const { autoscaling, elbv2 } = sim.region(region);
  ec2.addLaunchTemplate({
    name: 'web',
    versions: [{ imageId: image.id, instanceType: 'm6i.large', instanceTags: { Role: 'web' } }],
  });
  const target = elbv2.addTargetGroup({ name: 'web', vpcId: 'vpc-main', port: 8080 });
  const instances = [subnetA, subnetC].map(({ id }) => ec2.addInstance({ subnetId: id }).id);
  autoscaling.addGroup({
    name: 'web',
    launchTemplate: 'web',
    subnetIds: [subnetA.id, subnetC.id],
    maxSize: 4,
    desiredCapacity: 2,
    instances,
    targetGroups: ['web'],
    tags: { 'lifeboat:plan': 'shop' },
  });
  const client = new AutoScalingClient(settings(sim, region));
  const AutoScalingGroupName = 'web';
  return {
    ...account,
    autoscaling,
    instances,
    target,
    auto: client,
    describe: async (filters?: Readonly<Record<string, string>>) => {
      const Filters = Object.entries(filters ?? {}).map(([Name, value]) => ({ Name, Values: [value] }));
      const command = new DescribeAutoScalingGroupsCommand({ Filters });
      return (await drive(client.send(command))).AutoScalingGroups ?? [];
    },
    members: () => [...autoscaling.groups.get('web')!.members.keys()],
    suspend: (...ScalingProcesses: string[]) =>
      drive(client.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses }))),
    resume: () => drive(client.send(new ResumeProcessesCommand({ AutoScalingGroupName }))),
    stop: (...InstanceIds: string[]) => drive(ec2Client.send(new StopInstancesCommand({ InstanceIds }))),
  };
}

test('a group ends and replaces an instance that somebody stopped, and registers the new one', async () => {
  const { instances, ec2, stop, wait, describe, members, target } = open();
  assert.equal(ec2.instances.get(instances[0]!)!.tags['aws:autoscaling:groupName'], 'web');
  await stop(instances[0]!);
  await wait(300);
  assert.match(ec2.instances.get(instances[0]!)?.state ?? 'terminated', /terminated/);
  const [added, ...more] = members().filter((id) => !instances.includes(id));
  assert.deepEqual(more, []);
  const instance = ec2.instances.get(added!)!;
  const {
    'aws:ec2launchtemplate:id': template,
    'aws:ec2launchtemplate:version': version,
    ...tags
  } = instance.tags;
  assert.ok(template !== undefined && ec2.launchTemplates.has(template));
  assert.equal(version, '1');
  assert.deepEqual(tags, { Role: 'web', 'aws:autoscaling:groupName': 'web' });
  assert.equal(instance.state, 'running');
  assert.equal(instance.zone, ec2.subnets.get([...ec2.subnets.keys()][0]!)!.zone, 'where the fewest are');
  assert.ok([...target.targets.values()].some(({ instanceId }) => instanceId === added));
  const [group] = await describe();
  assert.deepEqual(
    group?.Instances?.map(({ LifecycleState, HealthStatus }) => [LifecycleState, HealthStatus]),
    [
      ['InService', 'Healthy'],
      ['InService', 'Healthy'],
    ],
  );
});

test('a suspended group leaves stopped instances alone, until it is resumed', async () => {
  const { instances, ec2, stop, wait, describe, members, suspend, resume } = open();
  await suspend();
  await stop(...instances);
  await wait(600);
  assert.deepEqual(members(), instances);
  const [group] = await describe();
  assert.equal(group?.SuspendedProcesses?.length, 9);
  assert.match(group.SuspendedProcesses[0]?.SuspensionReason ?? '', /^User suspended at /);
  assert.equal(group.DesiredCapacity, 2);
  for (const id of instances) assert.equal(ec2.instances.get(id)?.state, 'stopped');
  await resume();
  await wait(400);
  assert.equal(members().length, 2);
  assert.ok(members().every((id) => !instances.includes(id)));
});

test('with Launch alone suspended the stopped instance is ended, and nothing takes its place', async () => {
  const { instances, stop, wait, members, suspend } = open();
  await suspend('Launch');
  await stop(instances[0]!);
  await wait(600);
  assert.deepEqual(members(), [instances[1]]);
});

test('a launch that EC2 refuses is tried again', async () => {
  const { instances, ec2, stop, wait, members } = open();
  for (const { zone: each } of ec2.subnets.values()) ec2.setCapacity(each, 'm6i.large', 0);
  await stop(instances[0]!);
  await wait(300);
  assert.deepEqual(members(), [instances[1]]);
  for (const { zone: each } of ec2.subnets.values()) ec2.setCapacity(each, 'm6i.large', 5);
  await wait(300);
  assert.equal(members().length, 2);
});

test('groups are found by their tags, instances by their ids, and unknown names are refused', async () => {
  const { auto, drive, describe, instances, refusal } = open();
  assert.deepEqual((await describe({ 'tag:lifeboat:plan': 'shop' })).length, 1);
  assert.deepEqual(await describe({ 'tag:lifeboat:plan': 'catalog' }), []);
  assert.equal((await describe({ 'tag-key': 'lifeboat:plan', 'tag-value': 'shop' })).length, 1);
  const found = await drive(
    auto.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: [instances[0]!, 'i-0'] })),
  );
  assert.deepEqual(
    found.AutoScalingInstances?.map(({ InstanceId, AutoScalingGroupName }) => [
      InstanceId,
      AutoScalingGroupName,
    ]),
    [[instances[0], 'web']],
  );
  const suspend = (AutoScalingGroupName: string, ScalingProcesses: string[] = []) =>
    refusal(auto.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses })));
  assert.equal(await suspend('none'), 'ValidationError: AutoScalingGroup name not found - null');
  assert.match(await suspend('web', ['Sleep']), /^ValidationError: Sleep/);
});

test('who asks too often is throttled', async () => {
  const { autoscaling } = open();
  const call = { operation: 'SuspendProcesses' } as Parameters<typeof autoscaling.throttle>[0];
  for (let count = 0; count < 50; count += 1) autoscaling.throttle(call);
  assert.throws(
    () => autoscaling.throttle(call),
    (error) => error instanceof AwsError && error.code === 'Throttling',
  );
});
