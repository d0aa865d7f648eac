/** What is watched, and what a recovery is judged by. */
import { defaults } from '../defaults.ts';
import { choice, duration, list, map, maybe, text, whole } from '../fields.ts';
import * as patterns from '../patterns.ts';
import { metrics } from './metrics.ts';
import { url } from './names.ts';

const region = (title: string, description: string, example: string) =>
  text(patterns.regionPattern, { title, description, noun: 'a Region code', example });

export const objectives = map(
  {
    tier: maybe(
      choice(['critical', 'important', 'normal'], {
        title: 'Tier',
        description:
          'Gives rto and rpo where they are absent: critical 15m and 1m, important 1h and 15m, normal 4h and 24h.',
        otherwise: defaults.tier,
      }),
    ),
    rto: maybe(
      duration('1m', '7d', {
        title: 'Recovery time objective',
        description:
          'From the first bad sample to users answered by a healthy application. Without it the tier decides.',
        example: '30m',
      }),
    ),
    rpo: maybe(
      duration('1s', '7d', {
        title: 'Recovery point objective',
        description: 'The most data, counted in time, that may be lost. Without it the tier decides.',
        example: '5m',
      }),
    ),
  },
  {
    title: 'Objectives',
    description: 'What a recovery is judged by.',
    noun: 'a map',
    example: { tier: 'important' },
  },
);

export const regions = map(
  {
    primary: region('Primary Region', 'Where the workload runs, and what may be lost.', 'ap-northeast-2'),
    recovery: region(
      'Recovery Region',
      'Where it is recovered, and where Lifeboat itself runs.',
      'ap-northeast-1',
    ),
    witness: maybe(region('Witness Region', 'A third place that probes look from.', 'us-west-2')),
  },
  {
    title: 'Regions',
    description: 'All different, and of one AWS partition.',
    noun: 'a map of Regions',
    example: { primary: 'ap-northeast-2', recovery: 'ap-northeast-1' },
  },
);

const signals = map(
  {
    probes: maybe(
      map(
        {
          url: url('Address', 'What users ask; 200 is healthy.', 'https://app.shop.example.com/healthz'),
          every: maybe(
            choice(['60s', '1m'], {
              title: 'Every',
              description:
                'The time between two probes: always a minute. What may be promoted, and from when data are lost, rests on samples as young as that.',
              otherwise: defaults.probeEvery,
            }),
          ),
        },
        {
          title: 'Probes',
          description:
            'Lifeboat asks this address from the recovery Region and, where there is one, from the witness Region.',
          noun: 'a map',
          example: { url: 'https://app.shop.example.com/healthz', every: '60s' },
        },
      ),
    ),
    alarms: maybe(
      list(
        text(patterns.alarmPattern, {
          title: 'Alarm',
          description: 'Name of a CloudWatch alarm.',
          noun: 'the name of a CloudWatch alarm, not its ARN',
          example: 'shop-latency-anomaly',
        }),
        {
          title: 'Alarms',
          description:
            'Each stands at down while its state is ALARM; INSUFFICIENT_DATA is stale, never down.',
          noun: 'a list of alarm names, at least one',
          example: ['shop-latency-anomaly'],
        },
      ),
    ),
    metrics: maybe(metrics),
    targetGroups: maybe(
      list(
        text(patterns.targetGroupPattern, {
          title: 'Target group',
          description: 'Name of a target group in the primary Region.',
          noun: 'the name of a target group, not its ARN',
          example: 'shop-web',
        }),
        {
          title: 'Target groups',
          description:
            'Each stands at down while none of its targets is healthy. With the alarms of the primary Region they are one place.',
          noun: 'a list of target group names, at least one',
          example: ['shop-web'],
        },
      ),
    ),
    health: maybe(
      map(
        {
          services: list(
            text(patterns.healthServicePattern, {
              title: 'Service',
              description: 'As AWS Health writes it; MULTIPLE_SERVICES always counts.',
              noun: 'a service in capitals',
              example: 'EC2',
            }),
            {
              title: 'Services',
              description: 'Whose Health issues in the primary Region count.',
              noun: 'a list of services, at least one',
              example: ['EC2', 'EBS', 'RDS'],
            },
          ),
        },
        {
          title: 'AWS Health',
          description: 'Corroborates other signals; it never decides alone.',
          noun: 'a map',
          example: { services: ['EC2', 'RDS'] },
        },
      ),
    ),
  },
  {
    title: 'Signals',
    description: 'What is watched. At least one probe or alarm.',
    noun: 'a map of signals',
    example: { alarms: ['shop-canary'] },
  },
);

export const trigger = map(
  {
    mode: maybe(
      choice(['automatic', 'approve', 'observe'], {
        title: 'Mode',
        description:
          'automatic recovers; approve asks a person first; observe decides and records, and does not act.',
        otherwise: defaults.mode,
      }),
    ),
    signals,
    quorum: maybe(
      whole(1, 20, {
        title: 'Quorum',
        description:
          'How many distinct signals from distinct places must stand at down; at least 2 in automatic mode.',
        example: 2,
        otherwise: defaults.quorum,
      }),
    ),
    confirm: maybe(
      duration('0s', '1h', {
        title: 'Confirm',
        description: 'How long the signals must have stood at down.',
        example: '60s',
        otherwise: defaults.confirm,
      }),
    ),
    activePeriod: maybe(
      duration('30m', '30d', {
        title: 'Active period',
        description:
          'No second automatic recovery until this long after the first, or until someone acknowledges it. After one that recovered, none until someone does.',
        example: '6h',
        otherwise: defaults.activePeriod,
      }),
    ),
    approval: maybe(
      map(
        {
          people: maybe(
            whole(1, 2, {
              title: 'People',
              description:
                'How many distinct people must approve, where a person is asked; whoever asked for the failover is none of them.',
              example: 2,
              otherwise: defaults.approvalPeople,
            }),
          ),
          within: maybe(
            duration('5m', '24h', {
              title: 'Within',
              description: 'How long a failover waits for them before it is held.',
              example: '1h',
              otherwise: defaults.approvalWithin,
            }),
          ),
        },
        {
          title: 'Approval',
          description:
            'Who says yes before anything is promoted: in mode approve, and whenever a problem such as a replica’s lag must be overridden.',
          noun: 'a map',
          example: { people: 2, within: '1h' },
        },
      ),
    ),
  },
  {
    title: 'Trigger',
    description: 'When to recover.',
    noun: 'a map',
    example: { mode: 'approve', signals: { alarms: ['shop-canary'] } },
  },
);
