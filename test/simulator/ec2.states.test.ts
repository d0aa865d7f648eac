import assert from 'node:assert/strict';
import test from 'node:test';
import {
  DescribeInstanceStatusCommand,
  ModifyInstanceAttributeCommand,
  type ModifyInstanceAttributeCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { NotSimulated } from '../../simulator/errors.ts';
import { recordEvents } from './data-account.ts';
import { idsOf, openEc2, zoneA } from './ec2-account.ts';

const open = (seed?: string) => {
  const account = openEc2(seed);
  const { client, drive } = account;
  return {
    ...account,
    start: (...InstanceIds: string[]) => drive(client.send(new StartInstancesCommand({ InstanceIds }))),
    stop: (...InstanceIds: string[]) => drive(client.send(new StopInstancesCommand({ InstanceIds }))),
    terminate: (...InstanceIds: string[]) =>
      drive(client.send(new TerminateInstancesCommand({ InstanceIds }))),
    modify: (input: ModifyInstanceAttributeCommandInput) =>
      drive(client.send(new ModifyInstanceAttributeCommand(input))),
  };
};

test('a stop and a start take their time and tell each state by event', async () => {
  const { ec2, sim, region, subnetA, stop, start, wait } = open();
  const { id } = ec2.addInstance({ subnetId: subnetA.id });
  const events = recordEvents(sim, region);
  const heard: string[] = [];
  ec2.onInstanceState((instance, previous) => heard.push(`${previous} → ${instance.state}`));

  const { StoppingInstances: [stopping] = [] } = await stop(id);
  assert.deepEqual([stopping?.PreviousState?.Name, stopping?.CurrentState?.Name], ['running', 'stopping']);
  await wait(301);
  const { StartingInstances: [starting] = [] } = await start(id);
  assert.deepEqual([starting?.PreviousState?.Name, starting?.CurrentState?.Name], ['stopped', 'pending']);
  await wait(181);

  assert.deepEqual(heard, [
    'running → stopping',
    'stopping → stopped',
    'stopped → pending',
    'pending → running',
  ]);
  assert.deepEqual(
    events.map((event) => [event.source, event['detail-type'], event.resources, event.detail]),
    ['stopping', 'stopped', 'pending', 'running'].map((state) => [
      'aws.ec2',
      'EC2 Instance State-change Notification',
      [`arn:aws:ec2:${region}:123456789012:instance/${id}`],
      { 'instance-id': id, state },
    ]),
  );
});

test('what is already so is answered without a change', async () => {
  const { ec2, subnetA, stop, start, terminate, wait } = open();
  const running = ec2.addInstance({ subnetId: subnetA.id });
  const stopped = ec2.addInstance({ subnetId: subnetA.id, state: 'stopped' });
  const { StartingInstances: [started] = [] } = await start(running.id);
  assert.deepEqual([started?.PreviousState?.Name, started?.CurrentState?.Name], ['running', 'running']);
  const { StoppingInstances: [halted] = [] } = await stop(stopped.id);
  assert.equal(halted?.CurrentState?.Name, 'stopped');
  await terminate(stopped.id);
  await wait(301);
  const { TerminatingInstances: [gone] = [] } = await terminate(stopped.id);
  assert.deepEqual([gone?.PreviousState?.Name, gone?.CurrentState?.Name], ['terminated', 'terminated']);
});

test('an instance on its way down, or gone, can be neither started nor stopped', async () => {
  const { ec2, subnetA, stop, start, terminate, refusal, wait } = open();
  const { id } = ec2.addInstance({ subnetId: subnetA.id });
  const bystander = ec2.addInstance({ subnetId: subnetA.id, state: 'stopped' });
  await stop(id);
  assert.equal(
    await refusal(start(bystander.id, id)),
    `IncorrectInstanceState: The instance '${id}' is not in a state from which it can be started.`,
  );
  assert.equal(bystander.state, 'stopped', 'nothing starts unless all can');
  await terminate(id);
  await wait(301);
  assert.match(await refusal(start(id)), /^IncorrectInstanceState/);
  assert.match(await refusal(stop(id)), /^IncorrectInstanceState/);
});

test('a start needs capacity and quota as a launch does', async () => {
  const { ec2, subnetA, start, refusal } = open();
  const { id } = ec2.addInstance({ subnetId: subnetA.id, state: 'stopped' });
  ec2.setCapacity(zoneA, 'm6i.large', 0);
  assert.match(await refusal(start(id)), /^InsufficientInstanceCapacity/);
  ec2.setCapacity(zoneA, 'm6i.large', 1);
  ec2.capacity.vcpuQuota = 1;
  assert.match(await refusal(start(id)), /^VcpuLimitExceeded/);
  ec2.capacity.vcpuQuota = 2;
  await start(id);
  assert.equal(ec2.instances.get(id)?.state, 'pending');
});

test('a start renews the launch time and forgets why the instance had stopped', async () => {
  const { ec2, subnetA, stop, start, wait, describeInstances } = open();
  const { id } = ec2.addInstance({ subnetId: subnetA.id, launchedAtMs: ec2.nowMs - 86_400_000 });
  await stop(id);
  await wait(301);
  const [stopped] = await describeInstances({ InstanceIds: [id] });
  assert.equal(stopped?.StateReason?.Code, 'Client.UserInitiatedShutdown');
  await start(id);
  const startedAtMs = ec2.nowMs;
  const [started] = await describeInstances({ InstanceIds: [id] });
  assert.equal(started?.StateReason, undefined);
  assert.ok(Math.abs(started!.LaunchTime!.getTime() - startedAtMs) < 5000);
});

test('of several instances none starts unless all find capacity, and each start uses some up', async () => {
  const { ec2, subnetA, start, refusal } = open();
  const stopped = [0, 1].map((n) =>
    ec2.addInstance({ subnetId: subnetA.id, state: 'stopped', tags: { Name: `${n}` } }),
  );
  const [first, second] = stopped.map(({ id }) => id);
  ec2.setCapacity(zoneA, 'm6i.large', 1);
  assert.match(await refusal(start(first!, second!)), /^InsufficientInstanceCapacity/);
  assert.deepEqual(
    stopped.map(({ state }) => state),
    ['stopped', 'stopped'],
  );
  await start(first!);
  assert.match(await refusal(start(second!)), /^InsufficientInstanceCapacity/);
});

test('in a regional evacuation starts find no capacity as launches do not', async () => {
  const { ec2, subnetA, start, wait } = open();
  ec2.capacity.demand = 'regionalEvacuation';
  const refused: string[] = [];
  for (let n = 0; n < 20; n += 1) {
    const { id } = ec2.addInstance({ subnetId: subnetA.id, state: 'stopped', tags: { Name: `${n}` } });
    await start(id).catch((error: Error) => refused.push(error.name));
    await wait(5);
  }
  const lacking = refused.filter((name) => name === 'InsufficientInstanceCapacity').length;
  assert.ok(lacking > 1 && lacking < 15, `${lacking} of 20`);
  assert.ok(refused.includes('RequestLimitExceeded'));
});

test('a start that fails after it was accepted leaves the instance stopped, with the reason', async () => {
  const { ec2, subnetA, start, wait } = open();
  const { id } = ec2.addInstance({ subnetId: subnetA.id, state: 'stopped' });
  ec2.launchFault = () => ({
    code: 'Server.InternalError',
    message: 'Server.InternalError: Internal error on launch',
  });
  await start(id);
  await wait(181);
  const instance = ec2.instances.get(id)!;
  assert.deepEqual([instance.state, instance.stateReason?.code], ['stopped', 'Server.InternalError']);
});

test('a terminated instance takes some volumes along, frees others, and is forgotten within the hour', async () => {
  const { ec2, subnetA, terminate, describeInstances, refusal, wait } = open();
  const { id } = ec2.addInstance({ subnetId: subnetA.id });
  const data = ec2.addVolume({ attach: { instanceId: id, device: '/dev/sdf' } });
  const root = ec2.attachments.of(id).find((volume) => volume !== data)!;
  await terminate(id);
  await wait(301);
  const [instance] = await describeInstances({ InstanceIds: [id] });
  assert.equal(instance?.State?.Name, 'terminated');
  assert.deepEqual(instance?.BlockDeviceMappings, []);
  await wait(61);
  assert.equal(ec2.volumes.has(root.id), false);
  assert.deepEqual([data.state, data.attachment], ['available', undefined]);
  await wait(3600);
  assert.match(await refusal(describeInstances({ InstanceIds: [id] })), /^InvalidInstanceID\.NotFound/);
});

test('a protected instance is not terminated, nor are the others of its zone', async () => {
  const { ec2, subnetA, subnetC, terminate, modify, refusal } = open();
  const guarded = ec2.addInstance({ subnetId: subnetA.id });
  const neighbour = ec2.addInstance({ subnetId: subnetA.id });
  const faraway = ec2.addInstance({ subnetId: subnetC.id });
  await modify({ InstanceId: guarded.id, DisableApiTermination: { Value: true } });
  assert.equal(
    await refusal(terminate(guarded.id, neighbour.id, faraway.id)),
    `OperationNotPermitted: The instance '${guarded.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
  );
  assert.deepEqual([guarded.state, neighbour.state, faraway.state], ['running', 'running', 'shutting-down']);
  await modify({ InstanceId: guarded.id, DisableApiTermination: { Value: false } });
  await terminate(guarded.id);
  assert.equal(guarded.state, 'shutting-down');
});

test('the type of an instance changes only while it is stopped, and not to another architecture', async () => {
  const { ec2, subnetA, modify, refusal } = open();
  const running = ec2.addInstance({ subnetId: subnetA.id });
  const stopped = ec2.addInstance({ subnetId: subnetA.id, state: 'stopped' });
  const change = (InstanceId: string, Value: string) => modify({ InstanceId, InstanceType: { Value } });
  assert.equal(
    await refusal(change(running.id, 'm6i.xlarge')),
    `IncorrectInstanceState: The instance '${running.id}' is not in the 'stopped' state.`,
  );
  assert.match(
    await refusal(change(stopped.id, 'm7g.large')),
    /^InvalidParameterValue: The architecture 'arm64'/,
  );
  assert.match(await refusal(change(stopped.id, 'm6i.lagre')), /^InvalidParameterValue/);
  await assert.rejects(change(stopped.id, 'z1d.large'), NotSimulated);
});

test('security groups and the fate of a volume can be changed while an instance runs', async () => {
  const { ec2, subnetA, modify, refusal } = open();
  const instance = ec2.addInstance({ subnetId: subnetA.id });
  const fence = ec2.addSecurityGroup({ name: 'fence', vpcId: 'vpc-main' });
  const foreign = ec2.addSecurityGroup({ name: 'foreign', vpcId: 'vpc-other' });
  await modify({ InstanceId: instance.id, Groups: [fence.id] });
  assert.deepEqual(instance.securityGroupIds, [fence.id]);
  assert.match(
    await refusal(modify({ InstanceId: instance.id, Groups: [foreign.id] })),
    /^InvalidGroup\.NotFound/,
  );
  const mapping = (DeviceName: string) => [{ DeviceName, Ebs: { DeleteOnTermination: false } }];
  await modify({ InstanceId: instance.id, BlockDeviceMappings: mapping('/dev/xvda') });
  assert.equal(ec2.attachments.of(instance.id)[0]?.attachment?.deleteOnTermination, false);
  const absent = modify({ InstanceId: instance.id, BlockDeviceMappings: mapping('/dev/sdf') });
  assert.match(await refusal(absent), /^InvalidInstanceAttributeValue/);
  assert.match(await refusal(modify({ InstanceId: instance.id })), /^InvalidParameterCombination/);
});

test('status checks pass at a whole minute after the start, and only running instances are listed unasked', async () => {
  const { ec2, subnetA, launch, client, drive, wait } = open();
  ec2.addInstance({ subnetId: subnetA.id, state: 'stopped' });
  const [id] = idsOf(await launch());
  const statuses = async (IncludeAllInstances = false) => {
    const command = new DescribeInstanceStatusCommand({ IncludeAllInstances });
    const { InstanceStatuses = [] } = await drive(client.send(command));
    return InstanceStatuses.map(({ InstanceId, InstanceStatus }) => [
      InstanceId === id,
      InstanceStatus?.Status,
    ]);
  };
  while (ec2.instances.get(id!)!.state === 'pending') await wait(1);
  await wait(30);
  assert.deepEqual(await statuses(), [[true, 'initializing']]);
  const { statusOkAtMs, runningAtMs } = ec2.instances.get(id!)!;
  assert.equal((statusOkAtMs! - runningAtMs!) % 60_000, 0);
  await wait(600);
  assert.deepEqual(await statuses(), [[true, 'ok']]);
  assert.deepEqual((await statuses(true)).map(([, status]) => status).sort(), ['not-applicable', 'ok']);
  ec2.instances.get(id!)!.impaired = true;
  assert.deepEqual(await statuses(), [[true, 'impaired']]);
});

test('whatever is asked at whatever moment, instances move only along the state diagram', async () => {
  const allowed = new Set([
    'undefined pending',
    'pending running',
    'pending shutting-down',
    'running stopping',
    'running shutting-down',
    'stopping stopped',
    'stopping shutting-down',
    'stopped pending',
    'stopped shutting-down',
    'shutting-down terminated',
  ]);
  const asks = fc.array(
    fc.record({ what: fc.constantFrom('start', 'stop', 'terminate'), afterSeconds: fc.nat(90) }),
    {
      maxLength: 12,
    },
  );
  await fc.assert(
    fc.asyncProperty(asks, fc.nat(1000), async (steps, seed) => {
      const { ec2, launch, client, drive, wait } = open(`walk ${seed}`);
      const moves: string[] = [];
      ec2.onInstanceState((instance, previous) => moves.push(`${previous} ${instance.state}`));
      const ids = await launch({ MaxCount: 2 }).then(idsOf, () => []);
      if (ids.length === 0) return;
      const commands = {
        start: StartInstancesCommand,
        stop: StopInstancesCommand,
        terminate: TerminateInstancesCommand,
      };
      for (const { what, afterSeconds } of steps) {
        await wait(afterSeconds);
        const InstanceIds = [ids[0]!];
        await drive(client.send(new commands[what as 'start']({ InstanceIds })).catch(() => undefined));
      }
      await wait(1000);
      assert.deepEqual(
        moves.filter((move) => !allowed.has(move)),
        [],
      );
      for (const { state } of ec2.instances.values())
        assert.ok(['running', 'stopped', 'terminated'].includes(state));
    }),
    { seed: 5, numRuns: 25 },
  );
});
