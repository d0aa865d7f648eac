import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandOutput,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import {
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DescribeDocumentCommand,
  DescribeInstanceInformationCommand,
  ListTagsForResourceCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import type { ObservedTags } from '../../recovery/observed.ts';
import type { SeenAgent, SeenAlarm } from '../../recovery/readiness/sight.ts';
import { allBatches } from '../pages.ts';
import { instancesPerCall } from '../ssm.ts';
import { toTags } from '../tags.ts';
import { type Asking, ask, clientFor, orAbsent } from './asking.ts';

/** What readiness asks the services that operate servers: Systems Manager, CloudWatch, Elastic Load Balancing. */
export function openOperating(asking: Asking) {
  return { ...manager(asking), ...watch(asking), ...balancer(asking) };
}

function manager(asking: Asking) {
  const client = clientFor(SSMClient, asking);
  return {
    agents: async (ids: readonly string[]): Promise<Answer<Readonly<Record<string, SeenAgent>>>> => {
      const found = await allBatches(ids, instancesPerCall, async (Values) => {
        const input = { Filters: [{ Key: 'InstanceIds', Values }], MaxResults: instancesPerCall };
        return mapAnswer(
          await ask(asking, 'ssm:DescribeInstanceInformation', (abortSignal) =>
            client.send(new DescribeInstanceInformationCommand(input), { abortSignal }),
          ),
          ({ InstanceInformationList = [] }) => InstanceInformationList,
        );
      });
      return mapAnswer(found, (agents) =>
        Object.fromEntries(
          agents.map(({ InstanceId = '', PingStatus = '', LastPingDateTime }) => [
            InstanceId,
            { ping: PingStatus, lastPingAt: LastPingDateTime?.toISOString() ?? '' },
          ]),
        ),
      );
    },
    document: async (
      Name: string,
    ): Promise<Answer<{ readonly status: string; readonly tags: ObservedTags } | 'absent'>> => {
      const answer = await ask(asking, 'ssm:DescribeDocument', (abortSignal) =>
        client.send(new DescribeDocumentCommand({ Name }), { abortSignal }),
      );
      return mapAnswer(orAbsent(answer, 'InvalidDocument'), (output) =>
        output === 'absent'
          ? output
          : { status: output.Document?.Status ?? '', tags: toTags(output.Document?.Tags) },
      );
    },
    /** Tags of a parameter; a recovery may create one that there is not. */
    settingTags: async (ResourceId: string): Promise<Answer<ObservedTags | 'absent'>> => {
      const answer = await ask(asking, 'ssm:ListTagsForResource', (abortSignal) =>
        client.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId }), {
          abortSignal,
        }),
      );
      return mapAnswer(orAbsent(answer, 'InvalidResourceId'), (output) =>
        output === 'absent' ? output : toTags(output.TagList),
      );
    },
  };
}

function watch(asking: Asking) {
  const client = clientFor(CloudWatchClient, asking);
  return {
    /** The alarms of these names that the Region has. */
    alarms: async (names: readonly string[]): Promise<Answer<readonly SeenAlarm[]>> => {
      if (names.length === 0) return { ok: true, value: [] };
      const AlarmTypes: ('MetricAlarm' | 'CompositeAlarm')[] = ['MetricAlarm', 'CompositeAlarm'];
      const input = { AlarmNames: [...names], AlarmTypes, MaxRecords: 100 };
      const answer = await ask(asking, 'cloudwatch:DescribeAlarms', (abortSignal) =>
        client.send(new DescribeAlarmsCommand(input), { abortSignal }),
      );
      return mapAnswer(answer, alarmsOf);
    },
  };
}

function alarmsOf({
  MetricAlarms = [],
  CompositeAlarms = [],
}: DescribeAlarmsCommandOutput): readonly SeenAlarm[] {
  return [
    ...MetricAlarms.map((alarm) => ({ ...common(alarm), metric: metricOf(alarm) })),
    ...CompositeAlarms.map(common),
  ];
}

type Alarm = Pick<MetricAlarm, 'AlarmName' | 'StateValue' | 'ActionsEnabled'> & {
  readonly StateTransitionedTimestamp?: Date | undefined;
  readonly StateUpdatedTimestamp?: Date | undefined;
};

function common(alarm: Alarm): SeenAlarm {
  const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp ?? new Date(0);
  return {
    name: alarm.AlarmName ?? '',
    state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
    since: since.toISOString(),
    hasActions: alarm.ActionsEnabled ?? true,
  };
}

function metricOf(alarm: MetricAlarm): NonNullable<SeenAlarm['metric']> {
  return {
    namespace: alarm.Namespace ?? '',
    name: alarm.MetricName ?? '',
    dimensions: Object.fromEntries(
      (alarm.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value]),
    ),
    missingData: alarm.TreatMissingData ?? 'missing',
    comparison: alarm.ComparisonOperator ?? '',
    threshold: alarm.Threshold ?? Number.NaN,
  };
}

function balancer(asking: Asking) {
  const client = clientFor(ElasticLoadBalancingV2Client, asking);
  return {
    /** Asked one by one: a name that does not exist refuses the whole call (Elastic Load Balancing API Reference). */
    targetGroupTags: async (name: string): Promise<Answer<ObservedTags | 'absent'>> => {
      const answer = await ask(asking, 'elasticloadbalancing:DescribeTargetGroups', (abortSignal) =>
        client.send(new DescribeTargetGroupsCommand({ Names: [name] }), { abortSignal }),
      );
      const found = orAbsent(answer, 'TargetGroupNotFoundException', 'TargetGroupNotFound');
      if (!found.ok) return found;
      const arn = found.value === 'absent' ? undefined : found.value.TargetGroups?.[0]?.TargetGroupArn;
      if (arn === undefined) return { ok: true, value: 'absent' };
      const tags = await ask(asking, 'elasticloadbalancing:DescribeTags', (abortSignal) =>
        client.send(new DescribeTagsCommand({ ResourceArns: [arn] }), { abortSignal }),
      );
      return mapAnswer(tags, ({ TagDescriptions = [] }) => toTags(TagDescriptions[0]?.Tags));
    },
  };
}
