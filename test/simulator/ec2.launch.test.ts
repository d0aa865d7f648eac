import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type EC2ServiceException,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { NotSimulated } from '../../simulator/errors.ts';
import { recordEvents } from './data-account.ts';
import { idsOf, openEc2, zoneA, zoneC } from './ec2-account.ts';

test('a launch goes from pending to running, with its root volume attached at once', async () => {
  const { launch, describeInstances, ec2, wait, image } = openEc2();
  const [launched] = await launch({
    TagSpecifications: [
      { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] },
      { ResourceType: 'volume', Tags: [{ Key: 'Of', Value: 'web' }] },
    ],
  });
  assert.equal(launched?.State?.Name, 'pending');
  await wait(150);
  const [instance] = await describeInstances({ InstanceIds: [launched!.InstanceId!] });
  assert.equal(instance?.State?.Name, 'running');
  assert.equal(instance?.Placement?.AvailabilityZone, zoneA);
  assert.deepEqual(instance?.Tags, [{ Key: 'Name', Value: 'web' }]);
  assert.match(instance?.PrivateIpAddress ?? '', /^10\.0\.0\.\d+$/);
  const [root] = instance?.BlockDeviceMappings ?? [];
  assert.deepEqual(
    [root?.DeviceName, root?.Ebs?.Status, root?.Ebs?.DeleteOnTermination],
    ['/dev/xvda', 'attached', true],
  );
  const volume = ec2.volumes.get(root!.Ebs!.VolumeId!);
  assert.deepEqual([volume?.tags, volume?.snapshotId], [{ Of: 'web' }, image.rootSnapshotId]);
});

test('the same token launches once in a zone, and again in another zone', async () => {
  const { launch, ec2, subnetA, subnetC } = openEc2();
  const first = idsOf(await launch({ ClientToken: 'once', SubnetId: subnetA.id }));
  assert.deepEqual(idsOf(await launch({ ClientToken: 'once', SubnetId: subnetA.id })), first);
  const elsewhere = idsOf(await launch({ ClientToken: 'once', SubnetId: subnetC.id }));
  assert.notDeepEqual(elsewhere, first);
  assert.equal(ec2.instances.size, 2);
});

test('a token with other parameters, or whose instance is terminated, launches nothing', async () => {
  const { launch, refusal, ec2, wait } = openEc2();
  const [id] = idsOf(await launch({ ClientToken: 'once' }));
  assert.equal(
    await refusal(launch({ ClientToken: 'once', InstanceType: 'm6i.xlarge' })),
    'IdempotentParameterMismatch: Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
  );
  await wait(150);
  ec2.lifecycle.terminate(ec2.instances.get(id!)!);
  await wait(400);
  assert.match(await refusal(launch({ ClientToken: 'once' })), /^IdempotentInstanceTerminated/);
  assert.match(await refusal(launch({ ClientToken: 'x'.repeat(65) })), /^InvalidParameterValue/);
  assert.equal(ec2.instances.size, 1);
});

test('a request that failed does not use its token up', async () => {
  const { launch, refusal, ec2 } = openEc2();
  ec2.setCapacity(zoneA, 'm6i.large', 0);
  assert.match(await refusal(launch({ ClientToken: 'once' })), /^InsufficientInstanceCapacity/);
  ec2.setCapacity(zoneA, 'm6i.large', 1);
  assert.equal((await launch({ ClientToken: 'once', InstanceType: 'm6i.large' })).length, 1);
});

test('whatever is asked in whatever order, a token launches at most once a zone', async () => {
  const asks = fc.array(
    fc.record({
      token: fc.constantFrom('a', 'b'),
      zone: fc.constantFrom(zoneA, zoneC),
      type: fc.constantFrom('m6i.large', 'm6i.xlarge'),
    }),
    { minLength: 1, maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(asks, async (requests) => {
      const { sim, ec2, drive, client, image, subnetA, subnetC } = openEc2('tokens');
      const outcomes = requests.map(({ token, zone, type }, at) =>
        sim.clock.sleep(at * 10_000).then(() =>
          client.send(
            new RunInstancesCommand({
              ImageId: image.id,
              InstanceType: type as 'm6i.large',
              SubnetId: zone === zoneA ? subnetA.id : subnetC.id,
              MinCount: 1,
              MaxCount: 1,
              ClientToken: token,
            }),
          ),
        ),
      );
      await drive(Promise.allSettled(outcomes));
      const launched = [...ec2.instances.values()].map(({ clientToken, zone }) => `${clientToken} ${zone}`);
      assert.equal(new Set(launched).size, launched.length);
    }),
    { seed: 3, numRuns: 25 },
  );
});

test('as many as fit are launched, but not fewer than MinCount', async () => {
  const { launch, refusal, ec2 } = openEc2();
  ec2.setCapacity(zoneA, 'm6i.large', 3);
  assert.equal((await launch({ MinCount: 2, MaxCount: 5 })).length, 3);
  assert.match(
    await refusal(launch()),
    /^InsufficientInstanceCapacity: We currently do not have sufficient m6i\.large/,
  );
});

test('a subnet gives each instance an address of its own until it is full', async () => {
  const { launch, refusal, ec2 } = openEc2();
  const small = ec2.addSubnet({ zone: zoneA, vpcId: 'vpc-main', cidr: '10.0.9.0/28' });
  const instances = await launch({ SubnetId: small.id, MinCount: 8, MaxCount: 20 });
  const addresses = instances.map(({ PrivateIpAddress }) => PrivateIpAddress);
  assert.equal(new Set(addresses).size, 11);
  assert.ok(!addresses.includes('10.0.9.0') && !addresses.includes('10.0.9.15'));
  assert.match(await refusal(launch({ SubnetId: small.id })), /^InsufficientFreeAddressesInSubnet/);
});

test('the vCPU quota of the account bounds what runs', async () => {
  const { launch, refusal, ec2 } = openEc2();
  ec2.capacity.vcpuQuota = 5;
  assert.equal((await launch({ MinCount: 1, MaxCount: 9 })).length, 2);
  assert.match(
    await refusal(launch()),
    /^VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 5/,
  );
});

test('a dry run tells success by its refusal and launches nothing', async () => {
  const { launch, client, image, ec2, refusal } = openEc2();
  const command = new RunInstancesCommand({
    ImageId: image.id,
    InstanceType: 'm6i.large',
    SubnetId: 'subnet-none',
    MinCount: 1,
    MaxCount: 1,
    DryRun: true,
  });
  assert.match(await refusal(client.send(command)), /^InvalidSubnetID\.NotFound/);
  await assert.rejects(launch({ DryRun: true }), (error: EC2ServiceException) => {
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], ['DryRunOperation', 412]);
    return true;
  });
  assert.equal(ec2.instances.size, 0);
});

test('launches that EC2 refuses', async (t) => {
  const { launch, refusal, ec2, image } = openEc2();
  const pending = ec2.addImage({ name: 'pending', state: 'pending' });
  const arm = ec2.addImage({ name: 'arm', architecture: 'arm64' });
  const other = ec2.addSecurityGroup({ name: 'other', vpcId: 'vpc-other' });
  ec2.capacity.offer(zoneA, 'm7i.large', false);
  const cases: Record<string, [Partial<RunInstancesCommandInput>, RegExp]> = {
    'an unknown image': [
      { ImageId: 'ami-00000000000000000' },
      /^InvalidAMIID\.NotFound: The image id '\[ami-00000000000000000\]' does not exist/,
    ],
    'an image id of the wrong shape': [{ ImageId: 'ami-web' }, /^InvalidAMIID\.Malformed/],
    'an image that is not available': [{ ImageId: pending.id }, /^InvalidAMIID\.Unavailable/],
    'a type of another architecture': [
      { ImageId: arm.id },
      /^InvalidParameterValue: The architecture 'x86_64' of the specified instance type does not match the architecture 'arm64'/,
    ],
    'a type that does not exist': [
      { InstanceType: 'm6i.lagre' as 'm6i.large' },
      /^InvalidParameterValue: Invalid value 'm6i\.lagre' for InstanceType/,
    ],
    'a type that the zone does not have': [
      { InstanceType: 'm7i.large' },
      /^Unsupported: Your requested instance type \(m7i\.large\) is not supported in your requested Availability Zone/,
    ],
    'an unknown subnet': [
      { SubnetId: 'subnet-none' },
      /^InvalidSubnetID\.NotFound: The subnet ID 'subnet-none' does not exist/,
    ],
    'a security group of another VPC': [
      { SecurityGroupIds: [other.id] },
      /^InvalidParameter: Security group .* belong to different networks/,
    ],
    'an unknown security group': [{ SecurityGroupIds: ['sg-none'] }, /^InvalidGroup\.NotFound/],
    'an unknown instance profile': [
      { IamInstanceProfile: { Name: 'nobody' } },
      /^InvalidParameterValue: Value \(nobody\) for parameter iamInstanceProfile\.name is invalid/,
    ],
    'an unknown key pair': [{ KeyName: 'nobody' }, /^InvalidKeyPair\.NotFound/],
    'user data that is not Base64': [
      { UserData: '#!/bin/sh' },
      /^InvalidParameterValue: Invalid BASE64 encoding of user data/,
    ],
    'user data beyond 16 KiB': [
      { UserData: Buffer.alloc(16_385).toString('base64') },
      /^InvalidParameterValue: User data is limited to 16384 bytes/,
    ],
    'more at least than at most': [{ MinCount: 3, MaxCount: 2 }, /^InvalidParameterValue/],
    'a zone beside a subnet of another': [
      { Placement: { AvailabilityZone: zoneC } },
      /^InvalidParameterCombination/,
    ],
    'a reserved tag': [
      { TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'aws:x', Value: '' }] }] },
      /^InvalidParameterValue: Tag keys starting with 'aws:'/,
    ],
    'tags for what it does not make': [
      { TagSpecifications: [{ ResourceType: 'image', Tags: [] }] },
      /^InvalidParameterValue: 'image' is not a valid taggable resource type/,
    ],
  };
  for (const [name, [input, expected]] of Object.entries(cases)) {
    await t.test(name, async () =>
      assert.match(await refusal(launch({ ImageId: image.id, ...input })), expected),
    );
  }
  assert.equal(ec2.instances.size, 0);
});

test('what is not modelled of a launch stops the run', async () => {
  const { launch } = openEc2();
  await assert.rejects(launch({ NetworkInterfaces: [{ DeviceIndex: 0 }] }), NotSimulated);
});

test('a template gives what the request leaves open, and the request overrides it', async () => {
  const { launch, ec2, image, wait } = openEc2();
  const group = ec2.addSecurityGroup({ name: 'app', vpcId: 'vpc-main' });
  const template = ec2.addLaunchTemplate({
    name: 'worker',
    versions: [
      { imageId: 'ami-0000000000000dead' },
      {
        imageId: image.id,
        instanceType: 'm6i.xlarge',
        securityGroupIds: [group.id],
        instanceProfileArn: ec2.instanceProfileArn('app'),
        userData: 'dGVtcGxhdGU=',
        instanceTags: { Role: 'worker', Environment: 'DR' },
      },
    ],
  });
  ec2.addInstanceProfile('drill');
  const [byDefault] = await launch({
    ImageId: undefined,
    InstanceType: undefined,
    LaunchTemplate: { LaunchTemplateName: 'worker', Version: '$Latest' },
    IamInstanceProfile: { Name: 'drill' },
    UserData: '',
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Environment', Value: 'drill' }] }],
  });
  await wait(1);
  const instance = ec2.instances.get(byDefault!.InstanceId!)!;
  assert.deepEqual(
    [instance.imageId, instance.instanceType, instance.securityGroupIds, instance.instanceProfileArn],
    [image.id, 'm6i.xlarge', [group.id], 'arn:aws:iam::123456789012:instance-profile/drill'],
  );
  assert.deepEqual(instance.tags, {
    Role: 'worker',
    Environment: 'drill',
    'aws:ec2launchtemplate:id': template.id,
    'aws:ec2launchtemplate:version': '2',
  });
  assert.equal(instance.userData, 'dGVtcGxhdGU=', 'an empty string does not take user data away');
});

test('an unknown template, an unknown version and a version without an image are told apart', async () => {
  const { launch, refusal, ec2 } = openEc2();
  const template = ec2.addLaunchTemplate({ name: 'worker', versions: [{}] });
  const by = (LaunchTemplate: RunInstancesCommandInput['LaunchTemplate']) =>
    refusal(launch({ ImageId: undefined, LaunchTemplate }));
  assert.match(await by({ LaunchTemplateName: 'nobody' }), /^InvalidLaunchTemplateName\.NotFoundException/);
  assert.match(await by({ LaunchTemplateId: 'lt-00000000000000000' }), /^InvalidLaunchTemplateId\.NotFound/);
  assert.match(
    await by({ LaunchTemplateId: template.id, Version: '7' }),
    /^InvalidLaunchTemplateId\.VersionNotFound/,
  );
  assert.match(await by({ LaunchTemplateId: template.id }), /^MissingParameter/);
});

test('an image with data volumes brings them along, unless the launch leaves the device out', async () => {
  const { launch, ec2 } = openEc2();
  const data = ec2.addSnapshot({ sizeGiB: 50, tags: { Name: 'data' } });
  const image = ec2.addImage({
    name: 'whole',
    dataDevices: [{ deviceName: '/dev/sdf', snapshotId: data.id }],
  });
  const devices = async (more: Partial<RunInstancesCommandInput>) => {
    const [instance] = await launch({ ImageId: image.id, ...more });
    return ec2.attachments
      .of(instance!.InstanceId!)
      .map(({ attachment, sizeGiB }) => `${attachment!.device} ${sizeGiB}`);
  };
  assert.deepEqual(await devices({}), ['/dev/xvda 8', '/dev/sdf 50']);
  assert.deepEqual(await devices({ BlockDeviceMappings: [{ DeviceName: '/dev/sdf', NoDevice: '' }] }), [
    '/dev/xvda 8',
  ]);
  const larger = [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30 } }];
  assert.deepEqual(await devices({ BlockDeviceMappings: larger }), ['/dev/xvda 30', '/dev/sdf 50']);
});

test('a launch whose volumes cannot be decrypted ends terminated, says why, and frees what it held', async () => {
  const { launch, ec2, sim, region, wait, subnetA } = openEc2();
  const events = recordEvents(sim, region);
  ec2.keyProblems.set('key-1', 'is disabled.');
  const image = ec2.addImage({ name: 'secret', kmsKeyId: 'key-1' });
  const before = subnetA.availableIps;
  const [launched] = await launch({ ImageId: image.id });
  assert.equal(launched?.State?.Name, 'pending');
  await wait(300);
  const instance = ec2.instances.get(launched!.InstanceId!)!;
  assert.deepEqual(instance.stateReason, {
    code: 'Client.InternalError',
    message: 'Client.InternalError: Client error on launch',
  });
  assert.equal(instance.state, 'terminated');
  assert.equal(ec2.attachments.of(instance.id).length, 0);
  assert.equal(subnetA.availableIps, before);
  const states = events.filter((event) => event['detail-type'] === 'EC2 Instance State-change Notification');
  assert.deepEqual(
    states.map(({ detail }) => detail['state']),
    ['pending', 'terminated'],
  );
});

test('in a regional evacuation launches are slower, and more of them find no capacity', async () => {
  const refused = async (demand: 'normal' | 'regionalEvacuation') => {
    const { launch, ec2, drive, sim } = openEc2('evacuation');
    ec2.capacity.demand = demand;
    let count = 0;
    for (let n = 0; n < 30; n += 1) {
      await launch({ ClientToken: `token ${n}` }).catch(() => (count += 1));
      await drive(sim.clock.sleep(5000));
    }
    return count;
  };
  assert.equal(await refused('normal'), 0);
  const many = await refused('regionalEvacuation');
  assert.ok(many > 5 && many < 25, `${many} of 30`);
});

test('the same seed launches the same instances, whatever else was launched before', async () => {
  const quiet = openEc2('same');
  const busy = openEc2('same');
  await busy.launch({ ClientToken: 'something else' });
  const ids = async (account: typeof quiet) =>
    idsOf(await account.launch({ ClientToken: 'mine', MaxCount: 2 }));
  assert.deepEqual(await ids(busy), await ids(quiet));
});
