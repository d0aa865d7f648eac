import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Filter,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  TerminateInstancesCommand,
  type VolumeType,
} from '@aws-sdk/client-ec2';
import type { Answer } from '../recovery/answer.ts';
import { mapAnswer } from '../recovery/answer.ts';
import { tagKeys } from '../recovery/identity.ts';
import type {
  ObservedImage,
  ObservedInstance,
  ObservedSnapshot,
  ObservedVolume,
} from '../recovery/observed.ts';
import { type Access, openClient } from './access.ts';
import { type CallOptions, call } from './call.ts';
import { toInstance, toSnapshot, toVolume } from './ec2-shapes.ts';
import { allPages } from './pages.ts';
import { tagFilters, tagList } from './tags.ts';

/** RunInstances answers in 1.6 s as a rule and in 5 s at times: longer than other calls before it counts as unknown. */
const launchDeadlineSeconds = 12;
const pageSize = 200;

/** A launch, as RunInstances takes it. */
export interface LaunchRequest {
  readonly token: string;
  readonly count: number;
  readonly image: string;
  readonly type: string;
  readonly subnet: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Name of a launch template whose default version gives the rest. */
  readonly template?: string;
  readonly securityGroups?: readonly string[];
  readonly profileArn?: string;
  readonly profileName?: string;
  readonly keyName?: string;
  /** Base64. */
  readonly userData?: string;
}

export type Ec2 = ReturnType<typeof openEc2>;

/** EC2 of one Region, in our words. */
export function openEc2(access: Access, region = access.region) {
  const client = openClient(EC2Client, access, region);
  return { ...reads(access, client), ...writes(access, client) };
}

/** What is there. */
function reads(access: Access, client: EC2Client) {
  return {
    instances: (tags: Readonly<Record<string, string>>) =>
      describeInstances(access, client, { Filters: tagFilters(tags), MaxResults: pageSize }),
    instancesById: (ids: readonly string[]) =>
      describeInstances(access, client, {
        Filters: [{ Name: 'instance-id', Values: [...ids] }],
        MaxResults: pageSize,
      }),
    images: (tags: Readonly<Record<string, string>>) => describeImages(access, client, tags),
    snapshots: (tags: Readonly<Record<string, string>>) => describeSnapshots(access, client, tags),
    volumes: (tags: Readonly<Record<string, string>>) => describeVolumes(access, client, tagFilters(tags)),
    volumesById: (ids: readonly string[]) =>
      describeVolumes(access, client, [{ Name: 'volume-id', Values: [...ids] }]),
    /** Those that hang nowhere and that a person has asked a place for. */
    volumesThatWish: () =>
      describeVolumes(access, client, [
        { Name: 'tag-key', Values: [tagKeys.remount] },
        { Name: 'status', Values: ['available'] },
      ]),
    /** What hangs on these instances, root volumes too. */
    volumesOn: (instanceIds: readonly string[]) =>
      describeVolumes(access, client, [{ Name: 'attachment.instance-id', Values: [...instanceIds] }]),
    /** User data of a launch template's default version, base64, or undefined when it has none. */
    templateUserData: async (name: string): Promise<Answer<string | undefined>> =>
      mapAnswer(
        await call(access, 'ec2:DescribeLaunchTemplateVersions', (abortSignal) =>
          client.send(
            new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: name, Versions: ['$Default'] }),
            { abortSignal },
          ),
        ),
        (output) => output.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.UserData,
      ),
  };
}

/** What a recovery does. */
function writes(access: Access, client: EC2Client) {
  return {
    /** Starts all of them or none; starting a running instance changes nothing. */
    start: (ids: readonly string[]): Promise<Answer<unknown>> =>
      call(access, 'ec2:StartInstances', (abortSignal) =>
        client.send(new StartInstancesCommand({ InstanceIds: [...ids] }), { abortSignal }),
      ),
    /** Only for a stopped instance. */
    changeType: (id: string, type: string): Promise<Answer<unknown>> =>
      call(access, 'ec2:ModifyInstanceAttribute', (abortSignal) =>
        client.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value: type } }), {
          abortSignal,
        }),
      ),
    /** Launches up to `count` instances, at least one, and returns their ids. The token makes a repetition harmless. */
    launch: async (request: LaunchRequest): Promise<Answer<readonly string[]>> =>
      mapAnswer(
        await call(
          access,
          'ec2:RunInstances',
          (abortSignal) => client.send(new RunInstancesCommand(launchInput(request)), { abortSignal }),
          { deadlineSeconds: launchDeadlineSeconds },
        ),
        (output) => (output.Instances ?? []).flatMap((instance) => instance.InstanceId ?? []),
      ),
    terminate: (ids: readonly string[]): Promise<Answer<unknown>> =>
      call(access, 'ec2:TerminateInstances', (abortSignal) =>
        client.send(new TerminateInstancesCommand({ InstanceIds: [...ids] }), { abortSignal }),
      ),
    createVolume: async (request: {
      readonly token: string;
      readonly zone: string;
      readonly snapshot: string;
      readonly type: VolumeType;
      readonly tags: Readonly<Record<string, string>>;
    }): Promise<Answer<string | undefined>> =>
      mapAnswer(
        await call(access, 'ec2:CreateVolume', (abortSignal) =>
          client.send(
            new CreateVolumeCommand({
              ClientToken: request.token,
              AvailabilityZone: request.zone,
              SnapshotId: request.snapshot,
              VolumeType: request.type,
              TagSpecifications: [{ ResourceType: 'volume', Tags: tagList(request.tags) }],
            }),
            { abortSignal },
          ),
        ),
        (output) => output.VolumeId,
      ),
    /** Not repeatable: EC2 takes no token here, so an unknown answer is looked at again first. */
    attach: (volume: string, instance: string, device: string): Promise<Answer<unknown>> =>
      call(
        access,
        'ec2:AttachVolume',
        (abortSignal) =>
          client.send(new AttachVolumeCommand({ VolumeId: volume, InstanceId: instance, Device: device }), {
            abortSignal,
          }),
        { repeatable: false },
      ),
    deleteVolume: (volume: string): Promise<Answer<unknown>> =>
      call(access, 'ec2:DeleteVolume', (abortSignal) =>
        client.send(new DeleteVolumeCommand({ VolumeId: volume }), { abortSignal }),
      ),
  };
}

/** Instances of all states that match, as many a page as the input says. */
export function describeInstances(
  access: Access,
  client: EC2Client,
  input: { Filters: Filter[]; MaxResults: number },
  options?: CallOptions,
): Promise<Answer<readonly ObservedInstance[]>> {
  return allPages(
    access,
    {
      asked: 'ec2:DescribeInstances',
      send: (NextToken, abortSignal) =>
        client.send(new DescribeInstancesCommand({ ...input, NextToken }), { abortSignal }),
      next: ({ NextToken }) => NextToken,
      items: ({ Reservations = [] }) =>
        Reservations.flatMap(({ Instances = [] }) => Instances.map(toInstance)),
    },
    options,
  );
}

function describeImages(
  access: Access,
  client: EC2Client,
  tags: Readonly<Record<string, string>>,
): Promise<Answer<readonly ObservedImage[]>> {
  const Filters = [...tagFilters(tags), { Name: 'state', Values: ['available'] }];
  const input = { Owners: ['self'], Filters, MaxResults: pageSize };
  return allPages(access, {
    asked: 'ec2:DescribeImages',
    send: (NextToken, abortSignal) =>
      client.send(new DescribeImagesCommand({ ...input, NextToken }), { abortSignal }),
    next: ({ NextToken }) => NextToken,
    items: ({ Images = [] }) =>
      Images.map((image) => ({
        id: image.ImageId ?? '',
        createdAt: image.CreationDate ?? '',
        architecture: image.Architecture ?? '',
      })),
  });
}

function describeSnapshots(
  access: Access,
  client: EC2Client,
  tags: Readonly<Record<string, string>>,
): Promise<Answer<readonly ObservedSnapshot[]>> {
  const input = { OwnerIds: ['self'], Filters: tagFilters(tags), MaxResults: pageSize };
  return allPages(access, {
    asked: 'ec2:DescribeSnapshots',
    send: (NextToken, abortSignal) =>
      client.send(new DescribeSnapshotsCommand({ ...input, NextToken }), { abortSignal }),
    next: ({ NextToken }) => NextToken,
    items: ({ Snapshots = [] }) => Snapshots.map(toSnapshot),
  });
}

function describeVolumes(
  access: Access,
  client: EC2Client,
  Filters: Filter[],
): Promise<Answer<readonly ObservedVolume[]>> {
  const input = { Filters, MaxResults: pageSize };
  return allPages(access, {
    asked: 'ec2:DescribeVolumes',
    send: (NextToken, abortSignal) =>
      client.send(new DescribeVolumesCommand({ ...input, NextToken }), { abortSignal }),
    next: ({ NextToken }) => NextToken,
    items: ({ Volumes = [] }) => Volumes.map(toVolume),
  });
}

function launchInput(request: LaunchRequest): RunInstancesCommandInput {
  const { template, securityGroups, profileArn, profileName, keyName, userData } = request;
  const profile = profileArn ? { Arn: profileArn } : profileName ? { Name: profileName } : undefined;
  return {
    ClientToken: request.token,
    MinCount: 1,
    MaxCount: request.count,
    ImageId: request.image,
    InstanceType: request.type as NonNullable<RunInstancesCommandInput['InstanceType']>,
    SubnetId: request.subnet,
    TagSpecifications: (['instance', 'volume'] as const).map((ResourceType) => ({
      ResourceType,
      Tags: tagList(request.tags),
    })),
    ...(template && { LaunchTemplate: { LaunchTemplateName: template, Version: '$Default' } }),
    ...(securityGroups && { SecurityGroupIds: [...securityGroups] }),
    ...(profile && { IamInstanceProfile: profile }),
    ...(keyName && { KeyName: keyName }),
    ...(userData && { UserData: userData }),
  };
}
