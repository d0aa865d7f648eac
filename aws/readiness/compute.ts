import {
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Filter,
  type Image,
  type _InstanceType as InstanceType,
  type LaunchTemplateVersion,
} from '@aws-sdk/client-ec2';
import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import type { ObservedInstance } from '../../recovery/observed.ts';
import type { SeenImage, SeenSnapshot, SeenSubnet, SeenTemplate } from '../../recovery/readiness/sight.ts';
import { describeInstances } from '../ec2.ts';
import { allBatches } from '../pages.ts';
import { tagFilters } from '../tags.ts';
import { type Asking, ask, askAll, clientFor, nothing, orAbsent } from './asking.ts';

export type Compute = ReturnType<typeof openCompute>;

const pageSize = 1000;
/** DescribeInstanceTypes takes so many types at once (EC2 API Reference). */
const typesPerCall = 100;

/** What readiness asks EC2 of one Region; empty lists of ids ask nothing. */
export function openCompute(asking: Asking) {
  const client = clientFor(EC2Client, asking);
  return { ...things(asking, client), ...places(asking, client) };
}

/** What servers and volumes are made from. */
function things(asking: Asking, client: EC2Client) {
  return {
    /** Available images of our own with these tags. */
    images: (tags: Readonly<Record<string, string>>) =>
      describeImages(asking, client, {
        Owners: ['self'],
        Filters: [...tagFilters(tags), { Name: 'state', Values: ['available'] }],
      }),
    /** Whoever owns them: a launch template may name an image of Amazon's. */
    imagesById: (ids: readonly string[]) =>
      ids.length === 0
        ? nothing<readonly SeenImage[]>([])
        : describeImages(asking, client, { Filters: [{ Name: 'image-id', Values: [...ids] }] }),
    snapshots: (tags: Readonly<Record<string, string>>) =>
      describeSnapshots(asking, client, tagFilters(tags)),
    snapshotsById: (ids: readonly string[]) =>
      ids.length === 0
        ? nothing<readonly SeenSnapshot[]>([])
        : describeSnapshots(asking, client, [{ Name: 'snapshot-id', Values: [...ids] }]),
    /** Instances that match, terminated ones left out. */
    instances: (filters: readonly Filter[]) => presentInstances(asking, client, filters),
    standing: (tags: Readonly<Record<string, string>>) => presentInstances(asking, client, tagFilters(tags)),
    /** Keys of the volumes of instances, by instance. */
    volumeKeys: (ids: readonly string[]) => describeVolumeKeys(asking, client, ids),
    template: (name: string): Promise<Answer<SeenTemplate | 'absent'>> =>
      describeTemplate(asking, client, name),
  };
}

/** Where they are launched. */
function places(asking: Asking, client: EC2Client) {
  return {
    subnets: async (ids: readonly string[]): Promise<Answer<readonly SeenSubnet[]>> => {
      if (ids.length === 0) return { ok: true, value: [] };
      const Filters = [{ Name: 'subnet-id', Values: [...ids] }];
      const answer = await ask(asking, 'ec2:DescribeSubnets', (abortSignal) =>
        client.send(new DescribeSubnetsCommand({ Filters }), { abortSignal }),
      );
      return mapAnswer(answer, ({ Subnets = [] }) =>
        Subnets.map(({ SubnetId = '', AvailabilityZone = '', AvailableIpAddressCount = 0 }) => ({
          id: SubnetId,
          zone: AvailabilityZone,
          freeAddresses: AvailableIpAddressCount,
        })),
      );
    },
    securityGroups: async (ids: readonly string[]): Promise<Answer<readonly string[]>> => {
      if (ids.length === 0) return { ok: true, value: [] };
      const Filters = [{ Name: 'group-id', Values: [...ids] }];
      const answer = await ask(asking, 'ec2:DescribeSecurityGroups', (abortSignal) =>
        client.send(new DescribeSecurityGroupsCommand({ Filters }), { abortSignal }),
      );
      return mapAnswer(answer, ({ SecurityGroups = [] }) =>
        SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []),
      );
    },
    /** The zones that offer each type. */
    offerings: (types: readonly string[]) => describeOfferings(asking, client, types),
    /** Default vCPUs of each type. */
    vcpusOf: (types: readonly string[]) => describeTypes(asking, client, types),
  };
}

function describeImages(
  asking: Asking,
  client: EC2Client,
  which: { readonly Owners?: string[]; readonly Filters: Filter[] },
): Promise<Answer<readonly SeenImage[]>> {
  const input = { ...which, MaxResults: pageSize };
  return askAll(asking, {
    asked: 'ec2:DescribeImages',
    send: (NextToken, abortSignal) =>
      client.send(new DescribeImagesCommand({ ...input, NextToken }), { abortSignal }),
    next: ({ NextToken }) => NextToken,
    items: ({ Images = [] }) => Images.map(toImage),
  });
}

function toImage({ ImageId = '', CreationDate = '', BlockDeviceMappings = [] }: Image): SeenImage {
  const snapshots = BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  return { id: ImageId, createdAt: CreationDate, snapshots };
}

function describeSnapshots(
  asking: Asking,
  client: EC2Client,
  Filters: readonly Filter[],
): Promise<Answer<readonly SeenSnapshot[]>> {
  const input = { OwnerIds: ['self'], Filters: [...Filters], MaxResults: pageSize };
  return askAll(asking, {
    asked: 'ec2:DescribeSnapshots',
    send: (NextToken, abortSignal) =>
      client.send(new DescribeSnapshotsCommand({ ...input, NextToken }), { abortSignal }),
    next: ({ NextToken }) => NextToken,
    items: ({ Snapshots = [] }) =>
      Snapshots.map(({ SnapshotId = '', StartTime, State = '', KmsKeyId }) => ({
        id: SnapshotId,
        startedAt: StartTime?.toISOString() ?? '',
        state: State,
        ...(KmsKeyId && { keyId: KmsKeyId }),
      })),
  });
}

async function presentInstances(
  { access, options }: Asking,
  client: EC2Client,
  filters: readonly Filter[],
): Promise<Answer<readonly ObservedInstance[]>> {
  const input = { Filters: [...filters], MaxResults: pageSize };
  const gone = ['terminated', 'shutting-down'];
  return mapAnswer(await describeInstances(access, client, input, options), (instances) =>
    instances.filter(({ state }) => !gone.includes(state)),
  );
}

function describeVolumeKeys(
  asking: Asking,
  client: EC2Client,
  ids: readonly string[],
): Promise<Answer<readonly { readonly instance: string; readonly keyId: string }[]>> {
  if (ids.length === 0) return nothing([]);
  const Filters = [{ Name: 'attachment.instance-id', Values: [...ids] }];
  const input = { Filters, MaxResults: 500 };
  return askAll(asking, {
    asked: 'ec2:DescribeVolumes',
    send: (NextToken, abortSignal) =>
      client.send(new DescribeVolumesCommand({ ...input, NextToken }), { abortSignal }),
    next: ({ NextToken }) => NextToken,
    items: ({ Volumes = [] }) =>
      Volumes.flatMap(({ KmsKeyId, Attachments = [] }) =>
        KmsKeyId ? [{ instance: Attachments[0]?.InstanceId ?? '', keyId: KmsKeyId }] : [],
      ),
  });
}

async function describeTemplate(
  asking: Asking,
  client: EC2Client,
  name: string,
): Promise<Answer<SeenTemplate | 'absent'>> {
  const answer = await ask(asking, 'ec2:DescribeLaunchTemplateVersions', (abortSignal) =>
    client.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: name, Versions: ['$Default'] }),
      { abortSignal },
    ),
  );
  const absent = ['InvalidLaunchTemplateName.NotFoundException', 'InvalidLaunchTemplateId.NotFound'];
  return mapAnswer(orAbsent(answer, ...absent), (output) =>
    output === 'absent' ? output : toTemplate(output.LaunchTemplateVersions?.[0] ?? {}),
  );
}

function toTemplate({
  LaunchTemplateId: id,
  LaunchTemplateData: data = {},
}: LaunchTemplateVersion): SeenTemplate {
  const {
    ImageId,
    InstanceType: type,
    SecurityGroupIds = [],
    NetworkInterfaces = [],
    IamInstanceProfile,
  } = data;
  const groups = [...SecurityGroupIds, ...NetworkInterfaces.flatMap(({ Groups = [] }) => Groups)];
  const profile = IamInstanceProfile?.Name ?? IamInstanceProfile?.Arn?.split('/').at(-1);
  // `resolve:ssm:…` names a parameter, not an image.
  const image = ImageId?.startsWith('ami-') ? ImageId : undefined;
  return {
    ...(id && { id }),
    securityGroups: [...new Set(groups)],
    ...(image && { image }),
    ...(type && { type }),
    ...(profile && { profile }),
  };
}

async function describeOfferings(
  asking: Asking,
  client: EC2Client,
  types: readonly string[],
): Promise<Answer<Readonly<Record<string, readonly string[]>>>> {
  if (types.length === 0) return { ok: true, value: {} };
  const input = {
    LocationType: 'availability-zone' as const,
    Filters: [{ Name: 'instance-type', Values: [...types] }],
    MaxResults: pageSize,
  };
  const found = await askAll(asking, {
    asked: 'ec2:DescribeInstanceTypeOfferings',
    send: (NextToken, abortSignal) =>
      client.send(new DescribeInstanceTypeOfferingsCommand({ ...input, NextToken }), { abortSignal }),
    next: ({ NextToken }) => NextToken,
    items: ({ InstanceTypeOfferings = [] }) => InstanceTypeOfferings,
  });
  return mapAnswer(found, (offerings) =>
    Object.fromEntries(
      types.map((type) => [
        type,
        offerings.flatMap(({ InstanceType: of, Location }) => (of === type && Location ? [Location] : [])),
      ]),
    ),
  );
}

async function describeTypes(
  asking: Asking,
  client: EC2Client,
  types: readonly string[],
): Promise<Answer<Readonly<Record<string, number>>>> {
  const found = await allBatches(types, typesPerCall, async (batch) => {
    const InstanceTypes = batch as InstanceType[];
    return mapAnswer(
      await ask(asking, 'ec2:DescribeInstanceTypes', (abortSignal) =>
        client.send(new DescribeInstanceTypesCommand({ InstanceTypes }), { abortSignal }),
      ),
      ({ InstanceTypes: described = [] }) => described,
    );
  });
  return mapAnswer(found, (described) =>
    Object.fromEntries(
      described.flatMap(({ InstanceType: type, VCpuInfo }) =>
        type ? [[type, VCpuInfo?.DefaultVCpus ?? 0]] : [],
      ),
    ),
  );
}
