import assert from 'node:assert/strict';
import test from 'node:test';
import {
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { NotSimulated } from '../../simulator/errors.ts';
import { openEc2, zoneA, zoneC } from './ec2-account.ts';

test('a preflight can see every way out of a subnet', async () => {
  const { ec2, client, drive, subnetA, subnetC } = openEc2();
  const table = ec2.addRouteTable({
    vpcId: 'vpc-main',
    subnetIds: [subnetA.id],
    routes: [
      { destination: '0.0.0.0/0', target: 'nat-1', state: 'active' },
      { destination: '10.9.0.0/16', target: 'pcx-1', state: 'active' },
      { destination: 'pl-1', target: 'vpce-1', state: 'active' },
    ],
  });
  ec2.addVpcEndpoint({
    vpcId: 'vpc-main',
    serviceName: 'com.amazonaws.ap-northeast-1.s3',
    routeTableIds: [table.id],
  });
  ec2.addVpcPeering({
    requesterVpcId: 'vpc-main',
    accepterVpcId: 'vpc-prod',
    accepterRegion: 'ap-northeast-2',
  });

  const tablesOf = async (Name: string, value: string) => {
    const command = new DescribeRouteTablesCommand({ Filters: [{ Name, Values: [value] }] });
    const { RouteTables = [] } = await drive(client.send(command));
    return RouteTables;
  };
  const [own] = await tablesOf('association.subnet-id', subnetA.id);
  assert.deepEqual(
    own?.Routes?.map(
      ({ GatewayId, NatGatewayId, VpcPeeringConnectionId }) =>
        GatewayId ?? NatGatewayId ?? VpcPeeringConnectionId,
    ),
    ['local', 'nat-1', 'pcx-1', 'vpce-1'],
  );
  assert.deepEqual(
    own?.Associations?.map(({ SubnetId, Main }) => [SubnetId, Main]),
    [[subnetA.id, false]],
  );
  assert.deepEqual(
    await tablesOf('association.subnet-id', subnetC.id),
    [],
    'it has the main table, which names no subnet',
  );
  const [main] = await tablesOf('association.main', 'true');
  assert.deepEqual(
    main?.Routes?.map(({ GatewayId }) => GatewayId),
    ['local'],
  );

  const inVpc = (Name: string) => ({ Filters: [{ Name, Values: ['vpc-main'] }] });
  const { VpcEndpoints = [] } = await drive(client.send(new DescribeVpcEndpointsCommand(inVpc('vpc-id'))));
  assert.deepEqual(
    VpcEndpoints.map(({ ServiceName, State, VpcEndpointType }) => [ServiceName, State, VpcEndpointType]),
    [['com.amazonaws.ap-northeast-1.s3', 'available', 'Gateway']],
  );
  const peerings = new DescribeVpcPeeringConnectionsCommand(inVpc('requester-vpc-info.vpc-id'));
  const { VpcPeeringConnections = [] } = await drive(client.send(peerings));
  assert.deepEqual(
    VpcPeeringConnections.map(({ AccepterVpcInfo, Status }) => [
      AccepterVpcInfo?.VpcId,
      AccepterVpcInfo?.Region,
      Status?.Code,
    ]),
    [['vpc-prod', 'ap-northeast-2', 'active']],
  );
});

test('subnets, VPCs and security groups are described by id, filter and page', async () => {
  const { ec2, client, drive, refusal, subnetA, launch } = openEc2();
  await launch();
  const { Subnets = [] } = await drive(client.send(new DescribeSubnetsCommand({ SubnetIds: [subnetA.id] })));
  assert.deepEqual(
    Subnets.map(({ AvailabilityZone, VpcId, AvailableIpAddressCount }) => [
      AvailabilityZone,
      VpcId,
      AvailableIpAddressCount,
    ]),
    [[zoneA, 'vpc-main', 250]],
  );
  const unknown = client.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-none'] }));
  assert.match(
    await refusal(unknown),
    /^InvalidSubnetID\.NotFound: The subnet ID 'subnet-none' does not exist/,
  );
  const { Vpcs = [] } = await drive(
    client.send(new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['false'] }] })),
  );
  assert.deepEqual(
    Vpcs.map(({ VpcId, CidrBlock }) => [VpcId, CidrBlock]),
    [['vpc-main', '10.0.0.0/16']],
  );
  const group = ec2.addSecurityGroup({
    name: 'db',
    vpcId: 'vpc-main',
    ingress: [{ protocol: 'tcp', fromPort: 5432, toPort: 5432, groupIds: ['sg-app'] }],
  });
  const byName = new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: ['db'] }] });
  const { SecurityGroups: [shown] = [] } = await drive(client.send(byName));
  assert.equal(shown?.GroupId, group.id);
  assert.deepEqual(
    shown?.IpPermissions?.[0]?.UserIdGroupPairs?.map(({ GroupId }) => GroupId),
    ['sg-app'],
  );
  assert.deepEqual(shown?.IpPermissionsEgress?.[0]?.IpRanges, [{ CidrIp: '0.0.0.0/0' }]);
  const absent = client.send(new DescribeSecurityGroupsCommand({ GroupIds: ['sg-none'] }));
  assert.match(await refusal(absent), /^InvalidGroup\.NotFound/);
});

test('a launch without a subnet goes to the default network, if there is one', async () => {
  const { ec2, launch, refusal } = openEc2();
  const anywhere = { SubnetId: undefined };
  assert.match(await refusal(launch(anywhere)), /^VPCIdNotSpecified/);
  ec2.addInstance({ tags: { Name: 'brings the default network' } });
  const [instance] = await launch({ ...anywhere, Placement: { AvailabilityZone: zoneC } });
  assert.equal(instance?.Placement?.AvailabilityZone, zoneC);
  const wrong = { ...anywhere, Placement: { AvailabilityZone: 'eu-west-1a' } };
  assert.match(
    await refusal(launch(wrong)),
    /^InvalidParameterValue: Invalid availability zone: \[eu-west-1a\]/,
  );
});

test('zones, instance types and where they are offered', async () => {
  const { ec2, client, drive, refusal, region } = openEc2();
  const { AvailabilityZones = [] } = await drive(client.send(new DescribeAvailabilityZonesCommand({})));
  assert.deepEqual(
    AvailabilityZones.map(({ ZoneName, State }) => [ZoneName, State]),
    [
      [zoneA, 'available'],
      [zoneC, 'available'],
      [`${region}d`, 'available'],
    ],
  );
  const types = (...InstanceTypes: string[]) =>
    drive(client.send(new DescribeInstanceTypesCommand({ InstanceTypes: InstanceTypes as 'm7g.large'[] })));
  const { InstanceTypes = [] } = await types('m7g.large', 'c5.9xlarge', 't3.micro');
  assert.deepEqual(
    InstanceTypes.map(({ InstanceType, VCpuInfo, MemoryInfo, ProcessorInfo }) => [
      InstanceType,
      VCpuInfo?.DefaultVCpus,
      MemoryInfo?.SizeInMiB,
      ProcessorInfo?.SupportedArchitectures?.[0],
    ]),
    [
      ['c5.9xlarge', 36, 73_728, 'x86_64'],
      ['m7g.large', 2, 8192, 'arm64'],
      ['t3.micro', 2, 1024, 'x86_64'],
    ],
  );
  assert.equal(
    await refusal(types('m7g.large', 'm7g.lagre')),
    'InvalidInstanceType: The following supplied instance types do not exist: [m7g.lagre]',
  );
  ec2.capacity.offer(zoneA, 'm7g.large', false);
  const offerings = new DescribeInstanceTypeOfferingsCommand({
    LocationType: 'availability-zone',
    Filters: [{ Name: 'instance-type', Values: ['m7g.large'] }],
  });
  const { InstanceTypeOfferings = [] } = await drive(client.send(offerings));
  assert.deepEqual(
    InstanceTypeOfferings.map(({ Location }) => Location),
    [zoneC, `${region}d`],
  );
  await assert.rejects(types('p5.48xlarge'), NotSimulated);
});

test('a world with an id that EC2 would not give, or a subnet in no zone, is refused', () => {
  const { ec2 } = openEc2();
  assert.throws(() => ec2.addInstance({ id: 'i-web' }), /'i-web' is no id of EC2/);
  assert.throws(() => ec2.addSubnet({ zone: 'eu-west-1a' }), /no zone eu-west-1a/);
  assert.throws(() => ec2.addInstance({ subnetId: 'subnet-none' }), /no subnet subnet-none/);
  assert.throws(
    () => ec2.addVolume({ attach: { instanceId: 'i-none', device: '/dev/sdf' } }),
    /no instance i-none/,
  );
});

test('a world gives a VPC its own default group and main table in place of those that came with it', async () => {
  const { ec2, launch, subnetA } = openEc2();
  const group = ec2.addSecurityGroup({ name: 'default', vpcId: 'vpc-main' });
  const table = ec2.addRouteTable({ vpcId: 'vpc-main', main: true });
  assert.deepEqual([[...ec2.securityGroups.keys()], [...ec2.routeTables.keys()]], [[group.id], [table.id]]);
  const [instance] = await launch();
  assert.deepEqual(
    instance?.SecurityGroups?.map(({ GroupId }) => GroupId),
    [group.id],
  );
  ec2.addInstance({ subnetId: subnetA.id });
  assert.equal(subnetA.availableIps, 249, 'of 251 addresses, one went to the launch and one to the world');
});
