import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  type Filter,
} from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { NotSimulated } from '../../simulator/errors.ts';
import { idsOf, openEc2, zoneA, zoneC } from './ec2-account.ts';

const fleet = () => {
  const account = openEc2();
  const { ec2, subnetA, subnetC } = account;
  const web = ec2.addInstance({
    subnetId: subnetA.id,
    tags: { Name: 'web-1', Role: 'web', Environment: 'DR' },
  });
  const worker = ec2.addInstance({ subnetId: subnetC.id, tags: { Name: 'worker', Role: 'worker' } });
  const spare = ec2.addInstance({
    subnetId: subnetC.id,
    state: 'stopped',
    tags: { Name: 'web-2', Role: 'web', 'a*b': 'x' },
  });
  return { ...account, web, worker, spare };
};

test('filters of DescribeInstances', async (t) => {
  const { describeInstances, web, worker, spare, subnetA, image } = fleet();
  const cases: readonly (readonly [string, Filter[], readonly string[]])[] = [
    ['a tag', [{ Name: 'tag:Role', Values: ['web'] }], [web.id, spare.id]],
    ['a tag with a wildcard', [{ Name: 'tag:Name', Values: ['web-*'] }], [web.id, spare.id]],
    ['one character left open', [{ Name: 'tag:Name', Values: ['w?b-1'] }], [web.id]],
    ['an escaped wildcard stands for itself', [{ Name: 'tag-key', Values: ['a\\*b'] }], [spare.id]],
    ['case matters', [{ Name: 'tag:Role', Values: ['Web'] }], []],
    ['values are alternatives', [{ Name: 'tag:Name', Values: ['web-1', 'worker'] }], [web.id, worker.id]],
    ['a value must match as a whole', [{ Name: 'tag:Name', Values: ['web'] }], []],
    [
      'filters must all pass',
      [
        { Name: 'tag:Role', Values: ['web'] },
        { Name: 'instance-state-name', Values: ['running'] },
      ],
      [web.id],
    ],
    ['a tag key', [{ Name: 'tag-key', Values: ['Environment'] }], [web.id]],
    ['a state code', [{ Name: 'instance-state-code', Values: ['80'] }], [spare.id]],
    ['a zone', [{ Name: 'availability-zone', Values: [zoneC] }], [worker.id, spare.id]],
    ['a subnet', [{ Name: 'subnet-id', Values: [subnetA.id] }], [web.id]],
    ['a VPC', [{ Name: 'vpc-id', Values: ['vpc-main'] }], [web.id, worker.id, spare.id]],
    ['an instance id', [{ Name: 'instance-id', Values: [worker.id, 'i-00000000000000000'] }], [worker.id]],
    ['an image nothing runs', [{ Name: 'image-id', Values: [image.id] }], []],
  ];
  for (const [name, Filters, expected] of cases) {
    await t.test(name, async () => {
      assert.deepEqual(idsOf(await describeInstances({ Filters })).sort(), [...expected].sort());
    });
  }
});

test('a filter that EC2 does not have is refused, and one that is not modelled stops the run', async () => {
  const { client, refusal, drive } = fleet();
  const by = (Name: string) =>
    client.send(new DescribeInstancesCommand({ Filters: [{ Name, Values: ['x'] }] }));
  assert.equal(
    await refusal(by('instance-sate-name')),
    "InvalidParameterValue: The filter 'instance-sate-name' is invalid",
  );
  await assert.rejects(drive(by('platform')), NotSimulated);
});

test('a filter without values stops the run instead of matching everything or nothing', async () => {
  const { client, drive } = fleet();
  const call = client.send(new DescribeInstancesCommand({ Filters: [{ Name: 'tag:Role', Values: [] }] }));
  await assert.rejects(drive(call), NotSimulated);
});

test('more filters or values than EC2 takes are refused', async () => {
  const { client, refusal } = fleet();
  const Values = Array.from({ length: 201 }, (_, at) => `v${at}`);
  const many = client.send(new DescribeInstancesCommand({ Filters: [{ Name: 'tag:Role', Values }] }));
  assert.match(await refusal(many), /^FilterLimitExceeded/);
});

test('ids of the wrong shape, unknown ids and ids with a page size are refused each in its way', async () => {
  const { client, refusal, web } = fleet();
  const describe = (input: DescribeInstancesCommandInput) =>
    refusal(client.send(new DescribeInstancesCommand(input)));
  assert.match(
    await describe({ InstanceIds: ['i-web'] }),
    /^InvalidInstanceID\.Malformed: Invalid id: "i-web"/,
  );
  assert.equal(
    await describe({ InstanceIds: [web.id, 'i-00000000000000000'] }),
    "InvalidInstanceID.NotFound: The instance ID 'i-00000000000000000' does not exist",
  );
  assert.equal(
    await describe({ InstanceIds: [web.id], MaxResults: 5 }),
    'InvalidParameterCombination: The parameter instancesSet cannot be used with the parameter maxResults',
  );
  assert.match(
    await describe({ MaxResults: 4 }),
    /^InvalidParameterValue: Value \( 4 \) for parameter maxResults/,
  );
  assert.match(await describe({ NextToken: 'nonsense' }), /^InvalidPaginationToken/);
});

test('pages together hold each instance once', async () => {
  const account = openEc2();
  const { ec2, client, drive, subnetA } = account;
  for (let n = 0; n < 12; n += 1) ec2.addInstance({ subnetId: subnetA.id, tags: { Name: `n${n}` } });
  const seen: string[] = [];
  let token: string | undefined;
  do {
    const command = new DescribeInstancesCommand({
      MaxResults: 5,
      ...(token !== undefined && { NextToken: token }),
    });
    const { Reservations = [], NextToken } = await drive(client.send(command));
    const page = Reservations.flatMap(({ Instances = [] }) => idsOf(Instances));
    assert.ok(page.length <= 5);
    seen.push(...page);
    token = NextToken;
  } while (token !== undefined);
  assert.deepEqual(seen.sort(), [...ec2.instances.keys()].sort());
});

/** An account in which describes lag a launch by more than three seconds after its answer. */
async function laggingLaunch() {
  for (let seed = 0; ; seed += 1) {
    const account = openEc2(`lag ${seed}`);
    const [launched] = await account.launch({ ClientToken: 'new' });
    const instance = account.ec2.instances.get(launched!.InstanceId!)!;
    if (instance.visibleAtMs - account.ec2.nowMs > 3000) return { ...account, id: instance.id };
  }
}

test('a new instance is not found by id, absent by filter, and cannot be tagged until describes have caught up', async () => {
  const { id, describeInstances, client, refusal, wait } = await laggingLaunch();
  const byToken = { Filters: [{ Name: 'client-token', Values: ['new'] }] };
  const tag = new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'Name', Value: 'x' }] });
  assert.match(
    await refusal(client.send(new DescribeInstancesCommand({ InstanceIds: [id] }))),
    /^InvalidInstanceID\.NotFound/,
  );
  assert.match(await refusal(client.send(tag)), /^InvalidInstanceID\.NotFound/);
  assert.deepEqual(await describeInstances(byToken), []);
  await wait(31);
  assert.deepEqual(idsOf(await describeInstances({ InstanceIds: [id] })), [id]);
  assert.deepEqual(idsOf(await describeInstances(byToken)), [id]);
});

test('DescribeTags lists the tags of every kind of resource, and filters them by the row', async () => {
  const { client, drive, web } = fleet();
  const { Tags = [] } = await drive(
    client.send(
      new DescribeTagsCommand({
        Filters: [
          { Name: 'resource-type', Values: ['instance'] },
          { Name: 'tag:Role', Values: ['web'] },
        ],
      }),
    ),
  );
  assert.deepEqual(
    Tags.map(({ Key, Value }) => `${Key}=${Value}`),
    ['Role=web', 'Role=web'],
  );
  assert.ok(Tags.some(({ ResourceId }) => ResourceId === web.id));
});

test('describing volumes by attachment, status and tag', async () => {
  const { client, drive, ec2, web } = fleet();
  const data = ec2.addVolume({
    tags: { Volume: 'data' },
    attach: { instanceId: web.id, device: '/dev/sdf' },
  });
  const loose = ec2.addVolume({ zone: zoneA, tags: { Volume: 'data' } });
  const by = async (...Filters: Filter[]) => {
    const { Volumes = [] } = await drive(client.send(new DescribeVolumesCommand({ Filters })));
    return Volumes.map(({ VolumeId }) => VolumeId);
  };
  const device = { Name: 'attachment.device', Values: ['/dev/sdf'] };
  assert.deepEqual(await by({ Name: 'attachment.instance-id', Values: [web.id] }, device), [data.id]);
  assert.deepEqual(
    await by({ Name: 'tag:Volume', Values: ['data'] }, { Name: 'status', Values: ['available'] }),
    [loose.id],
  );
});

test('any filter value finds itself, whatever characters it has', async () => {
  const { ec2, subnetA, client, drive } = openEc2();
  const instance = ec2.addInstance({ subnetId: subnetA.id });
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, maxLength: 20 }), async (text) => {
      instance.tags = { Name: text };
      const Values = [text.replace(/[\\*?]/g, '\\$&')];
      const command = new DescribeInstancesCommand({ Filters: [{ Name: 'tag:Name', Values }] });
      const { Reservations = [] } = await drive(client.send(command));
      await ec2.sim.clock.driveUntil(ec2.nowMs + 1000);
      return Reservations.length === 1;
    }),
    { seed: 1, numRuns: 60 },
  );
});
