import assert from 'node:assert/strict';
import test from 'node:test';
import { DescribeInstancesCommand, RunInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { openEc2 } from './ec2-account.ts';

/** How many of `count` calls that are made at once are refused, and with what. */
async function burst(
  account: ReturnType<typeof openEc2>,
  count: number,
  call: (n: number) => Promise<unknown>,
) {
  const answers = await account.drive(Promise.allSettled(Array.from({ length: count }, (_, n) => call(n))));
  return answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
}

test('a burst of launches empties their small bucket, which refills with time', async () => {
  const account = openEc2();
  const { client, image, subnetA, wait } = account;
  const launch = (n: number) => {
    const input = { ImageId: image.id, SubnetId: subnetA.id, MinCount: 1, MaxCount: 1, ClientToken: `t${n}` };
    return client.send(new RunInstancesCommand({ ...input, InstanceType: 'm6i.large' }));
  };
  const refused = await burst(account, 20, launch);
  assert.ok(refused.length >= 8 && refused.length <= 15, `${refused.length} of 20`);
  const [error] = refused;
  assert.deepEqual(
    [error.name, error.message, error.$metadata.httpStatusCode],
    ['RequestLimitExceeded', 'Request limit exceeded.', 503],
  );
  await wait(10);
  assert.deepEqual(await burst(account, 3, launch), []);
});

test('a describe without ids, filters or a page has a smaller bucket than one that asks for something', async () => {
  const refusedOf = async (input: ConstructorParameters<typeof DescribeInstancesCommand>[0] & object) => {
    const account = openEc2();
    return (await burst(account, 120, () => account.client.send(new DescribeInstancesCommand(input)))).length;
  };
  const unfiltered = await refusedOf({});
  const filtered = await refusedOf({ Filters: [{ Name: 'tag:App', Values: ['shop'] }] });
  assert.ok(unfiltered >= 55 && filtered <= 25, `${unfiltered} and ${filtered}`);
});

test('each operation has a bucket of its own', async () => {
  const account = openEc2();
  const { client, subnetA, ec2 } = account;
  const { id } = ec2.addInstance({ subnetId: subnetA.id });
  await burst(account, 200, () => client.send(new DescribeInstancesCommand({})));
  assert.deepEqual(
    await burst(account, 5, () => client.send(new StopInstancesCommand({ InstanceIds: [id] }))),
    [],
  );
});

test('a launch of more instances than the resource bucket holds is refused', async () => {
  const { launch, refusal, ec2 } = openEc2();
  ec2.capacity.vcpuQuota = 100_000;
  assert.match(await refusal(launch({ MinCount: 1, MaxCount: 1001 })), /^RequestLimitExceeded/);
  assert.equal(ec2.instances.size, 0);
});
