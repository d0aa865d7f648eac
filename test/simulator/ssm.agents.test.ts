import assert from 'node:assert/strict';
import test from 'node:test';
import { DescribeInstanceStatusCommand } from '@aws-sdk/client-ec2';
import {
  DescribeInstanceInformationCommand,
  type InstanceInformationStringFilter,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { openServers, other, server } from './guest-servers.ts';

function openAgents(options: Parameters<typeof openServers>[0] = {}) {
  const account = openServers(options);
  const { ssm, drive } = account;
  const describe = async (...Filters: InstanceInformationStringFilter[]) =>
    (await drive(ssm.send(new DescribeInstanceInformationCommand({ Filters })))).InstanceInformationList ??
    [];
  const pings = async () =>
    Object.fromEntries((await describe()).map(({ InstanceId, PingStatus }) => [InstanceId, PingStatus]));
  return { ...account, describe, pings };
}

test('an agent comes online a while after its instance runs, and is lost when it stops', async () => {
  const { sim, here, pings, start, stop, wait } = openAgents({ state: 'stopped' });
  assert.deepEqual(await pings(), {}, 'an agent that was never online is not known');
  await start();
  let onlineAtMs = 0;
  while (onlineAtMs === 0) {
    await wait(1);
    if (here.ssm.agents.seemsOnline(server)) onlineAtMs = sim.clock.nowMs();
  }
  const seconds = (onlineAtMs - (here.ec2.instances.get(server)?.runningAtMs ?? 0)) / 1000;
  assert.ok(seconds > 10 && seconds < 600, `${seconds} s`);
  assert.deepEqual(await pings(), { [server]: 'Online' });
  await stop();
  assert.deepEqual(await pings(), { [server]: 'ConnectionLost' });
});

test('without an instance profile an agent never comes online', async () => {
  const { pings, start, wait } = openAgents({ state: 'stopped', profile: false });
  await start();
  await wait(7200);
  assert.deepEqual(await pings(), {});
});

test('agents are found by tag, by id and by whether they answer', async () => {
  const { describe, stop, wait } = openAgents();
  await wait(1);
  const find = async (Key: string, ...Values: string[]) =>
    (await describe({ Key, Values })).map((agent) => agent.InstanceId);
  assert.deepEqual(await find('tag:Role', 'worker'), [server]);
  assert.deepEqual(await find('InstanceIds', other, 'i-0000000000000000f'), [other]);
  await stop(other);
  assert.deepEqual(await find('PingStatus', 'Online'), [server]);
});

test('a page of agents says where the next begins', async () => {
  const { here, ssm, drive, wait } = openAgents();
  for (let index = 0; index < 6; index += 1)
    here.ec2.addInstance({ zone: here.zones[0]!, tags: { Name: `more-${index}` }, instanceProfile: 'shop' });
  await wait(1);
  const first = await drive(ssm.send(new DescribeInstanceInformationCommand({ MaxResults: 5 })));
  const rest = await drive(
    ssm.send(new DescribeInstanceInformationCommand({ MaxResults: 5, NextToken: first.NextToken })),
  );
  assert.equal(first.InstanceInformationList?.length, 5);
  assert.equal(rest.InstanceInformationList?.length, 3);
  assert.equal(rest.NextToken, undefined);
});

test('agents that a fault keeps offline are lost at once and come back when it is over', async () => {
  const { here, pings, wait } = openAgents();
  await wait(1);
  const release = here.ssm.keepOffline((instance) => instance.tags['Role'] === 'worker');
  assert.deepEqual(await pings(), { [server]: 'ConnectionLost', [other]: 'Online' });
  release();
  assert.deepEqual(await pings(), { [server]: 'Online', [other]: 'Online' });
  const stopped = openAgents({ state: 'stopped' });
  stopped.here.ssm.keepOffline(() => true);
  await stopped.start();
  await stopped.wait(7200);
  assert.deepEqual(await stopped.pings(), {});
});

test('an agent that falls silent reads Online for five minutes more', async () => {
  const { here, pings, wait } = openAgents();
  await wait(1);
  const release = here.ssm.silenceAgent(server);
  await wait(290);
  assert.equal((await pings())[server], 'Online');
  await wait(15);
  assert.equal((await pings())[server], 'ConnectionLost');
  release();
  assert.equal((await pings())[server], 'Online');
});

test('an instance that loses its network reads Online for five minutes more, fails its own status check and comes back', async () => {
  const { here, pings, wait, drive, ec2 } = openAgents();
  await wait(600);
  const checks = async () => {
    const { InstanceStatuses = [] } = await drive(
      ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [server] })),
    );
    return InstanceStatuses.map((one) => [one.InstanceStatus?.Status, one.SystemStatus?.Status]);
  };
  assert.deepEqual(await checks(), [['ok', 'ok']]);
  const giveBack = here.guests.loseNetwork(({ tags }) => tags['Role'] === 'worker');
  assert.deepEqual([here.guests.isConnected(server), here.guests.isConnected(other)], [false, true]);
  assert.deepEqual([here.ssm.agents.isListening(server), here.guests.isUp(server)], [false, true]);
  assert.deepEqual(await pings(), { [server]: 'Online', [other]: 'Online' });
  assert.deepEqual(await checks(), [['impaired', 'ok']]);
  await wait(305);
  assert.deepEqual(await pings(), { [server]: 'ConnectionLost', [other]: 'Online' });
  giveBack();
  assert.deepEqual(await pings(), { [server]: 'Online', [other]: 'Online' });
  assert.deepEqual([here.ssm.agents.isListening(server), await checks()], [true, [['ok', 'ok']]]);
});

test('an agent that was silenced stays silent when its instance has its network back', async () => {
  const { here, wait } = openAgents();
  await wait(1);
  here.ssm.silenceAgent(server);
  here.guests.loseNetwork(() => true)();
  assert.equal(here.ssm.agents.isListening(server), false);
});

test('the agent of an instance that starts without its network comes online only once that is back', async () => {
  const { here, pings, start, wait } = openAgents({ state: 'stopped' });
  const giveBack = here.guests.loseNetwork(() => true);
  await start();
  await wait(3600);
  assert.deepEqual([here.guests.isUp(server), await pings()], [true, {}]);
  giveBack();
  assert.deepEqual(await pings(), { [server]: 'Online' });
});

test('one instance that is unknown, stopped or without an agent rejects the whole command', async () => {
  const { play, ssm, refusal, stop, wait } = openAgents();
  const { runs } = play(() => ({ exitCode: 0, stdout: '', stderr: '' }));
  await wait(1);
  const send = (...InstanceIds: string[]) =>
    refusal(
      ssm.send(
        new SendCommandCommand({
          DocumentName: 'shop-mount',
          InstanceIds,
          Parameters: { path: ['/srv/data'] },
        }),
      ),
    );
  assert.equal(
    await send(server, 'i-0000000000000000f'),
    'InvalidInstanceId: Instances [[i-0000000000000000f]] not in a valid state for account 123456789012',
  );
  await stop(other);
  assert.match(
    await send(server, other),
    /^InvalidInstanceId: Instances \[\[i-00000000000000002\]\] not in a valid state/,
  );
  await wait(120);
  assert.equal(runs(), 0);
});
