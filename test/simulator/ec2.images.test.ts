import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  type DescribeSnapshotsCommandInput,
} from '@aws-sdk/client-ec2';
import { NotSimulated } from '../../simulator/errors.ts';
import { recordEvents, startMs } from './data-account.ts';
import { openEc2, zoneA } from './ec2-account.ts';

const open = () => {
  const account = openEc2();
  const { client, drive } = account;
  return {
    ...account,
    images: async (input: DescribeImagesCommandInput) => {
      const { Images = [] } = await drive(client.send(new DescribeImagesCommand(input)));
      return Images;
    },
    snapshots: async (input: DescribeSnapshotsCommandInput) => {
      const { Snapshots = [] } = await drive(client.send(new DescribeSnapshotsCommand(input)));
      return Snapshots;
    },
    tag: (id: string, tags: Record<string, string>) => {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      return drive(client.send(new CreateTagsCommand({ Resources: [id], Tags })));
    },
  };
};

const day = 86_400_000;

test('own images are found by tag and state, in an order that says nothing of their age', async () => {
  const { ec2, images } = open();
  const ages = [3, 1, 2, 5, 4].map((days) =>
    ec2.addImage({
      name: `age ${days}`,
      createdAtMs: startMs - days * day,
      tags: { ImageBackupTarget: 'True', Role: 'worker' },
    }),
  );
  ec2.addImage({ name: 'broken', state: 'failed', tags: { ImageBackupTarget: 'True', Role: 'worker' } });
  const Filters = [
    { Name: 'tag:Role', Values: ['worker'] },
    { Name: 'state', Values: ['available'] },
  ];
  const found = await images({ Owners: ['self'], Filters });
  assert.deepEqual(found.map(({ ImageId }) => ImageId).sort(), ages.map(({ id }) => id).sort());
  const newest = found.toSorted((a, b) => (a.CreationDate! < b.CreationDate! ? 1 : -1))[0];
  assert.deepEqual([newest?.Name, newest?.CreationDate], ['age 1', new Date(startMs - day).toISOString()]);
  const byAge = found
    .toSorted((a, b) => (a.CreationDate! < b.CreationDate! ? -1 : 1))
    .map(({ Name }) => Name);
  assert.notDeepEqual(
    found.map(({ Name }) => Name),
    byAge,
  );
  assert.notDeepEqual(
    found.map(({ Name }) => Name),
    byAge.toReversed(),
  );
});

test('images and snapshots of others are not modelled, and asking for them stops the run', async () => {
  await assert.rejects(open().images({ Filters: [{ Name: 'name', Values: ['al2023*'] }] }), NotSimulated);
  await assert.rejects(open().snapshots({}), NotSimulated);
  assert.deepEqual(await open().images({ Owners: ['amazon'] }), []);
  assert.deepEqual(await open().snapshots({ OwnerIds: ['111122223333'] }), []);
});

test('a deregistered image is gone for describes and launches, and frees its snapshots', async () => {
  const { ec2, client, drive, image, images, launch, refusal } = open();
  const remove = () => drive(client.send(new DeleteSnapshotCommand({ SnapshotId: image.rootSnapshotId })));
  assert.equal(
    await refusal(remove()),
    `InvalidSnapshot.InUse: The snapshot ${image.rootSnapshotId} is currently in use by ${image.id}`,
  );
  await drive(client.send(new DeregisterImageCommand({ ImageId: image.id })));
  assert.match(await refusal(images({ ImageIds: [image.id] })), /^InvalidAMIID\.NotFound/);
  assert.match(await refusal(launch()), /^InvalidAMIID\.NotFound/);
  const again = client.send(new DeregisterImageCommand({ ImageId: image.id }));
  assert.match(await refusal(again), /^InvalidAMIID\.Unavailable/);
  await remove();
  assert.equal(ec2.snapshots.has(image.rootSnapshotId), false);
});

test('own snapshots are found by tag and status, page by page', async () => {
  const { ec2, snapshots, client, drive } = open();
  const tags = { App: 'shop', Volume: 'data' };
  const complete = Array.from({ length: 7 }, (_, at) =>
    ec2.addSnapshot({ startedAtMs: startMs - at * day, tags, description: `${at}` }),
  );
  ec2.addSnapshot({ state: 'pending', tags, description: 'pending' });
  const Filters = [
    { Name: 'tag:App', Values: ['shop'] },
    { Name: 'status', Values: ['completed'] },
  ];
  const all = await snapshots({ OwnerIds: ['self'], Filters });
  assert.deepEqual(all.map(({ SnapshotId }) => SnapshotId).sort(), complete.map(({ id }) => id).sort());
  const first = await drive(
    client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters, MaxResults: 5 })),
  );
  const { NextToken } = first;
  const second = await drive(
    client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters, MaxResults: 5, NextToken })),
  );
  assert.deepEqual([first.Snapshots?.length, second.Snapshots?.length, second.NextToken], [5, 2, undefined]);
  assert.equal(
    all[0]?.VolumeId,
    'vol-ffffffff',
    'a copied snapshot names no volume that could be mapped back',
  );
});

test('a new snapshot is pending, then complete, with an event', async () => {
  const { ec2, sim, region, client, drive, wait, createVolume, refusal } = open();
  const events = recordEvents(sim, region);
  const volume = ec2.addVolume({ zone: zoneA, sizeGiB: 12, fileSystem: { type: 'ext4', uuid: 'u' } });
  const command = new CreateSnapshotCommand({
    VolumeId: volume.id,
    Description: 'before',
    TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'App', Value: 'shop' }] }],
  });
  const { SnapshotId, State } = await drive(client.send(command));
  assert.equal(State, 'pending');
  const snapshot = ec2.snapshots.get(SnapshotId!)!;
  assert.deepEqual([snapshot.tags, snapshot.fileSystem], [{ App: 'shop' }, { type: 'ext4', uuid: 'u' }]);
  await wait(7200);
  assert.equal(snapshot.state, 'completed');
  const [event] = events;
  assert.equal(event?.['detail-type'], 'EBS Snapshot Notification');
  assert.deepEqual(
    [event?.detail['event'], event?.detail['result'], event?.detail['snapshot_id']],
    ['createSnapshot', 'succeeded', `arn:aws:ec2::${region}:snapshot/${SnapshotId}`],
  );
  assert.match(await createVolume({ SnapshotId, Size: undefined }), /^vol-/);
  const unknown = new CreateSnapshotCommand({ VolumeId: 'vol-00000000000000000' });
  assert.match(await refusal(client.send(unknown)), /^InvalidVolume\.NotFound/);
});

test('tags are set on any kind of resource, all or none, and never more than fifty', async () => {
  const { ec2, client, image, subnetA, tag, refusal, drive } = open();
  const instance = ec2.addInstance({ subnetId: subnetA.id, tags: { 'aws:dlm:x': 'y', Name: 'web' } });
  await tag(instance.id, { Name: 'new', Added: '' });
  assert.deepEqual(instance.tags, { 'aws:dlm:x': 'y', Name: 'new', Added: '' });
  await tag(subnetA.id, { Fenced: 'yes' });
  assert.equal(ec2.subnets.get(subnetA.id)?.tags['Fenced'], 'yes');

  const both = new CreateTagsCommand({
    Resources: [image.id, 'vol-00000000000000000'],
    Tags: [{ Key: 'A', Value: '1' }],
  });
  assert.match(await refusal(client.send(both)), /^InvalidVolume\.NotFound/);
  assert.equal(image.tags['A'], undefined);
  assert.match(await refusal(tag('xyz-1', { A: '1' })), /^InvalidID: The ID 'xyz-1' is not valid/);
  assert.match(
    await refusal(tag(instance.id, { 'aws:mine': '1' })),
    /^InvalidParameterValue: Tag keys starting with 'aws:'/,
  );
  assert.match(await refusal(tag(instance.id, { ['k'.repeat(129)]: '1' })), /^InvalidParameterValue/);
  assert.match(await refusal(tag(instance.id, { k: 'v'.repeat(257) })), /^InvalidParameterValue/);
  const many = Object.fromEntries(Array.from({ length: 48 }, (_, at) => [`k${at}`, '']));
  await tag(instance.id, many);
  assert.match(await refusal(tag(instance.id, { more: '' })), /^TagLimitExceeded/);

  const remove = (...Tags: { Key: string; Value?: string }[]) =>
    drive(client.send(new DeleteTagsCommand({ Resources: [instance.id], Tags })));
  await remove({ Key: 'k0' }, { Key: 'Name', Value: 'another' });
  assert.deepEqual(['k0' in instance.tags, instance.tags['Name']], [false, 'new']);
  await drive(client.send(new DeleteTagsCommand({ Resources: [instance.id] })));
  assert.deepEqual(instance.tags, { 'aws:dlm:x': 'y' });
});

test('launch templates are described by name, and their versions newest first', async () => {
  const { ec2, client, drive, refusal } = open();
  const template = ec2.addLaunchTemplate({
    name: 'worker',
    defaultVersion: 1,
    versions: [
      { instanceType: 'm6i.large' },
      { instanceType: 'm6i.xlarge', userData: 'IyE=', instanceTags: { Role: 'worker' } },
    ],
  });
  const byName = new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: ['worker'] });
  const { LaunchTemplates: [shown] = [] } = await drive(client.send(byName));
  assert.deepEqual(
    [shown?.LaunchTemplateId, shown?.DefaultVersionNumber, shown?.LatestVersionNumber],
    [template.id, 1, 2],
  );
  const versions = async (...Versions: string[]) => {
    const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: 'worker', Versions });
    const { LaunchTemplateVersions = [] } = await drive(client.send(command));
    return LaunchTemplateVersions;
  };
  assert.deepEqual(
    (await versions()).map(({ VersionNumber }) => VersionNumber),
    [2, 1],
  );
  const [latest] = await versions('$Latest');
  assert.deepEqual(
    [latest?.LaunchTemplateData?.InstanceType, latest?.LaunchTemplateData?.UserData],
    ['m6i.xlarge', 'IyE='],
  );
  assert.deepEqual(latest?.LaunchTemplateData?.TagSpecifications, [
    { ResourceType: 'instance', Tags: [{ Key: 'Role', Value: 'worker' }] },
  ]);
  assert.deepEqual(
    (await versions('$Default')).map(({ VersionNumber }) => VersionNumber),
    [1],
  );
  assert.match(await refusal(versions('9')), /^InvalidLaunchTemplateId\.VersionNotFound/);
});
