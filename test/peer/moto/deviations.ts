import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2';
import { ModifyDBInstanceCommand } from '@aws-sdk/client-rds';
import { type Command, ListCommandsCommand } from '@aws-sdk/client-ssm';
import type { Asked } from './asked.ts';
import type { Reply } from './gateway.ts';
import type { PeerAccount } from './seed/account.ts';
import type { Truth } from './truth.ts';

/**
 * Where moto is not as AWS is, once each: what is different, and what the tests do about it. `deviations.peer.ts` sees that
 * each is still so; what moto has mended leaves this list.
 */
export const deviations = {
  promotedReplicaKeepsItsSource:
    'PromoteReadReplica clears no ReadReplicaSourceDBInstanceIdentifier: the gateway takes it out of the answers to DescribeDBInstances once the replica has backups of its own, which a promotion gives it',
  replicasHaveBackups:
    'CreateDBInstanceReadReplica copies the backups of the source: the seed takes them away, as RDS makes replicas without',
  restoreKeepsProtection:
    'RestoreDBInstanceFromDBSnapshot does not hear a `false`: where the call says DeletionProtection=false, the gateway has it so',
  noTransitions:
    'instances, volumes, databases and commands are at once what they become: calls and end states are judged, never timing',
  noAlarms: 'alarms are never evaluated: the truth takes a metric that was put for what its alarm would say',
  healthChecksForgetTheirAlarm:
    'AlarmIdentifier of a health check is lost: the truth takes the alarm from the world',
  noDocuments:
    'a command runs nothing and always succeeds, and volumes hold nothing: the truth judges what a document would have done by what is in moto',
  zonesDoNotMatter: 'a volume of one zone is attached to a server of another: a witness compares the zones',
  templatesGiveNoProfile:
    'RunInstances takes no instance profile from a launch template: the gateway reads it there and adds it to the call',
  commandsGoEverywhere:
    'SendCommand to instances by their ids reaches every other one too: the gateway adds a target that matches only those ids',
  pathsThroughElements:
    'the path `$.branches[0].status` finds a list of one in place of the value (getmoto #7825): the server is told to find the value',
  zonesHaveOtherIds:
    'the id of a hosted zone has 22 characters and no Z, which no plan may name: the seed asks the server for an id of its own',
  noClientTokens:
    'RunInstances does the same again for the same ClientToken: where a call is repeated, a witness counts the tokens',
} as const;

/** An operation that moto lacks, which the gateway answers in its place. */
export interface Missing {
  readonly service: string;
  readonly operation: string;
  readonly why: string;
  readonly answer: (asked: Asked, account: PeerAccount, truth: Truth) => Promise<unknown>;
}

interface Filter {
  readonly Key?: string;
  readonly key?: string;
  readonly Values?: readonly string[];
}

export const missing: readonly Missing[] = [
  {
    service: 'ssm',
    operation: 'DescribeInstanceInformation',
    why: 'moto has no agents: one is online where an instance runs and has a profile',
    answer: async ({ region, members }, account) => {
      const filters = (members['Filters'] ?? []) as readonly Filter[];
      const ids = filters.find(({ Key }) => Key === 'InstanceIds')?.Values ?? [];
      const { Reservations = [] } = await account.in(region).ec2.send(
        new DescribeInstancesCommand({
          Filters: [
            { Name: 'instance-id', Values: [...ids] },
            { Name: 'instance-state-name', Values: ['running'] },
          ],
        }),
      );
      const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
      return {
        InstanceInformationList: instances
          .filter(({ IamInstanceProfile }) => IamInstanceProfile)
          .map(({ InstanceId }) => ({ InstanceId, PingStatus: 'Online', PlatformType: 'Linux' })),
      };
    },
  },
  {
    service: 'ssm',
    operation: 'ListCommandInvocations',
    why: 'moto runs no document: how one ended follows from what is in moto',
    answer: async ({ region, members }, account, truth) => {
      const { CommandId } = members as { readonly CommandId?: string };
      const { Commands = [] } = await account
        .in(region)
        .ssm.send(new ListCommandsCommand({ ...(CommandId !== undefined && { CommandId }) }));
      const runs = Commands.flatMap((command) =>
        (command.InstanceIds ?? []).map(async (InstanceId) => ({
          CommandId: command.CommandId,
          InstanceId,
          DocumentName: command.DocumentName,
          ...(await endOf(command, InstanceId, region, account, truth)),
        })),
      );
      return { CommandInvocations: await Promise.all(runs) };
    },
  },
];

/** What a document comes to: mounting needs its volume, asking for health needs a healthy application. */
async function endOf(
  { Parameters = {} }: Command,
  instanceId: string,
  region: string,
  account: PeerAccount,
  truth: Truth,
): Promise<{ readonly Status: string; readonly StatusDetails: string }> {
  const [volume] = Parameters['VolumeId'] ?? [];
  const succeeds =
    volume !== undefined
      ? await isAttached(account, region, volume, instanceId)
      : Parameters['Path'] === undefined || (await truth.missingOn(region, instanceId)).length === 0;
  const Status = succeeds ? 'Success' : 'Failed';
  return { Status, StatusDetails: Status };
}

async function isAttached(
  account: PeerAccount,
  region: string,
  volume: string,
  instanceId: string,
): Promise<boolean> {
  const { Volumes = [] } = await account
    .in(region)
    .ec2.send(new DescribeVolumesCommand({ Filters: [{ Name: 'volume-id', Values: [volume] }] }));
  return Volumes.some(({ Attachments = [] }) =>
    Attachments.some(({ InstanceId, State }) => InstanceId === instanceId && State === 'attached'),
  );
}

/** A replica has backups of its own from its promotion on: in the worlds of these tests none had any before. */
export function isPromoted({
  BackupRetentionPeriod = 0,
}: {
  readonly BackupRetentionPeriod?: number | undefined;
}): boolean {
  return BackupRetentionPeriod > 0;
}

/** What of moto's answers is not passed on as it is, or followed by what moto left undone. */
export async function amend(asked: Asked, reply: Reply, account: PeerAccount): Promise<Reply> {
  switch (`${asked.service}:${asked.operation}`) {
    case 'rds:DescribeDBInstances':
      return withoutPromoted(reply);
    case 'rds:RestoreDBInstanceFromDBSnapshot':
      if (reply.status === 200) await unprotect(asked, account);
      return reply;
    default:
      return reply;
  }
}

/** See `promotedReplicaKeepsItsSource`. */
function withoutPromoted(reply: Reply): Reply {
  const body = reply.body.replace(/<DBInstance>.*?<\/DBInstance>/gs, (instance) => {
    const [, days = '0'] = /<BackupRetentionPeriod>(\d+)</.exec(instance) ?? [];
    return isPromoted({ BackupRetentionPeriod: Number(days) })
      ? instance.replace(/<(ReadReplicaSourceDBInstanceIdentifier)>[^<]*<\/\1>/, '')
      : instance;
  });
  return { ...reply, body };
}

/** See `restoreKeepsProtection`. */
async function unprotect({ region, members }: Asked, account: PeerAccount): Promise<void> {
  if (members['DeletionProtection'] !== 'false') return;
  await account.in(region).rds.send(
    new ModifyDBInstanceCommand({
      DBInstanceIdentifier: String(members['DBInstanceIdentifier']),
      DeletionProtection: false,
      ApplyImmediately: true,
    }),
  );
}

/** What moto is told besides. */
export async function besides(
  asked: Asked,
  account: PeerAccount,
): Promise<Readonly<Record<string, unknown>>> {
  switch (`${asked.service}:${asked.operation}`) {
    case 'ec2:RunInstances':
      return ofTemplate(asked, account);
    case 'ssm:SendCommand':
      return { Targets: [{ Key: 'instance-id', Values: asked.members['InstanceIds'] }] };
    default:
      return {};
  }
}

/** See `templatesGiveNoProfile`. */
async function ofTemplate(
  { region, members }: Asked,
  account: PeerAccount,
): Promise<Readonly<Record<string, string>>> {
  const name = members['LaunchTemplate.LaunchTemplateName'];
  if (typeof name !== 'string') return {};
  const { LaunchTemplateVersions } = await account
    .in(region)
    .ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: name, Versions: ['$Default'] }),
    );
  const { Name } = LaunchTemplateVersions?.[0]?.LaunchTemplateData?.IamInstanceProfile ?? {};
  const isGiven = Object.keys(members).some((member) => member.startsWith('IamInstanceProfile'));
  return Name === undefined || isGiven ? {} : { 'IamInstanceProfile.Name': Name };
}
