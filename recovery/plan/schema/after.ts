/** What follows once servers, volumes and databases are there: settings, reload, verify, traffic; and the drill's rules. */
import { defaults } from '../defaults.ts';
import { choice, duration, list, map, maybe, named, text, whole } from '../fields.ts';
import * as patterns from '../patterns.ts';
import { bound, name, subnets, url } from './names.ts';

export const settings = named(
  text(patterns.parameterPattern, {
    title: 'Parameter',
    description: 'Full name of an SSM parameter in the recovery Region.',
    noun: 'the full name of a parameter, not under /aws, /ssm or /lifeboat',
    example: '/shop/orders/endpoint',
  }),
  text(patterns.parameterValuePattern, {
    title: 'Value',
    description: 'Text, with references such as ${databases.orders.endpoint}.',
    noun: 'text of 1 to 4096 characters',
    example: '${databases.orders.endpoint}',
  }),
  {
    title: 'Settings',
    description: 'SSM parameters to write. A drill writes them under /lifeboat/drill/<id>/ instead.',
    noun: 'a map of parameters, at least one',
    example: { '/shop/orders/endpoint': '${databases.orders.endpoint}' },
  },
);

const serverName = name('a server of this plan', 'web');

export const reload = map(
  {
    document: text(patterns.documentPattern, {
      title: 'Document',
      description: 'Your own SSM document that makes the application read its settings again.',
      noun: 'the name of an SSM document of your own',
      example: 'shop-reload',
    }),
    servers: maybe(
      list(serverName, {
        title: 'Servers',
        description: 'Where it runs. Without it: on all servers of the plan.',
        noun: 'a list of servers of this plan, at least one',
        example: ['web', 'worker'],
      }),
    ),
    bound: maybe(bound('the reload', defaults.reloadBound)),
  },
  {
    title: 'Reload',
    description: 'Runs after the settings are written.',
    noun: 'a map',
    example: { document: 'shop-reload' },
  },
);

export const verify = list(
  map(
    {
      http: url('Address', 'Asked until it answers 200.', 'https://recovery.shop.example.com/healthz'),
      inside: maybe(
        map(
          {
            server: serverName,
            port: whole(1, 65_535, {
              title: 'Port',
              description: 'Where the application listens.',
              example: 8080,
            }),
          },
          {
            title: 'Inside',
            description:
              'A drill asks the same path on each instance of this server, from inside its subnets.',
            noun: 'a map with server and port',
            example: { server: 'web', port: 8080 },
          },
        ),
      ),
      bound: maybe(bound('the answer', defaults.verifyBound)),
    },
    {
      title: 'Check',
      description: 'One address that must answer.',
      noun: 'a map with http',
      example: { http: 'https://recovery.shop.example.com/healthz' },
    },
  ),
  {
    title: 'Verify',
    description: 'What must be healthy before users are sent there.',
    noun: 'a list of checks, at least one',
    example: [{ http: 'https://recovery.shop.example.com/healthz' }],
  },
);

const record = map(
  {
    zone: text(patterns.zonePattern, {
      title: 'Hosted zone',
      description: 'Its id.',
      noun: 'the id of a hosted zone',
      example: 'Z0123456789',
    }),
    name: text(patterns.recordNamePattern, {
      title: 'Name',
      description: 'Full name in lower case, without the last dot.',
      noun: 'a full domain name in lower case without the last dot',
      example: 'app.shop.example.com',
    }),
    type: choice(['A', 'AAAA', 'CNAME', 'TXT'], {
      title: 'Type',
      description: 'A CNAME cannot stand at the apex of a zone.',
    }),
    ttl: maybe(
      whole(1, 86_400, {
        title: 'TTL',
        description: 'Seconds that resolvers may keep the old answer. Part of the RTO.',
        example: 60,
        otherwise: defaults.ttl,
      }),
    ),
    value: text(patterns.recordValuePattern, {
      title: 'Value',
      description: 'What the record says after the switch.',
      noun: 'the value of a record',
      example: 'shop-dr-1234567890.ap-northeast-1.elb.amazonaws.com',
    }),
  },
  {
    title: 'Record',
    description: 'A Route 53 record to change.',
    noun: 'a map',
    example: {
      zone: 'Z0123456789',
      name: 'app.shop.example.com',
      type: 'CNAME',
      value: 'dr.shop.example.com',
    },
  },
);

export const traffic = list(
  map(
    {
      via: maybe(
        choice(['healthCheck'], {
          title: 'Way',
          description:
            'healthCheck: the name has failover records, and the health check of its primary follows a CloudWatch alarm in the recovery Region. The recovery puts the metric of that alarm (Lifeboat/Traffic Recovered with the dimensions Plan and Name, 1 once switched), so no control plane is needed. The alarm must treat missing data as ignore, and the health check insufficient data as its last known status.',
        }),
      ),
      name: maybe(
        text(patterns.hostNamePattern, {
          title: 'Name',
          description:
            'What users ask for, via healthCheck: full name in lower case, without the last dot or a wildcard.',
          noun: 'a full domain name in lower case without the last dot or a wildcard',
          example: 'app.shop.example.com',
        }),
      ),
      target: maybe(
        text(patterns.recordValuePattern, {
          title: 'Target',
          description:
            'Where the name leads after the switch, via healthCheck: the value of its secondary record, or the name that this record is an alias of.',
          noun: 'a domain name or an address',
          example: 'shop-dr-1234567890.ap-northeast-1.elb.amazonaws.com',
        }),
      ),
      record: maybe(record),
    },
    {
      title: 'Switch',
      description:
        'One change of where users go; either via healthCheck or of a record. A record is changed through the control plane of Route 53, which is in us-east-1; a health check is not.',
      noun: 'a map with via: healthCheck or a record',
      example: {
        via: 'healthCheck',
        name: 'app.shop.example.com',
        target: 'shop-dr-1234567890.ap-northeast-1.elb.amazonaws.com',
      },
    },
  ),
  {
    title: 'Traffic',
    description:
      'How users are sent to the recovery Region, after everything is verified. A drill leaves it alone.',
    noun: 'a list of switches, at least one',
    example: [
      { record: { zone: 'Z0123456789', name: 'app.shop.example.com', type: 'A', value: '203.0.113.10' } },
    ],
  },
);

const network = map(
  {
    subnets: subnets('Isolated subnets in the recovery Region; none that the plan recovers into.'),
    securityGroups: list(
      text(patterns.securityGroupPattern, {
        title: 'Security group',
        description: 'A security group id in the recovery Region.',
        noun: 'a security group id',
        example: 'sg-0d1111a0000000001',
      }),
      {
        title: 'Security groups',
        description: 'Of the copies.',
        noun: 'a list of security group ids, at least one',
        example: ['sg-0d1111a0000000001'],
      },
    ),
    dbSubnetGroup: maybe(
      text(patterns.dbSubnetGroupPattern, {
        title: 'DB subnet group',
        description: 'Where databases are restored; RDS would take the default VPC.',
        noun: 'the name of a DB subnet group other than default',
        example: 'shop-drill',
      }),
    ),
  },
  {
    title: 'Network',
    description: 'Where a drill puts its copies: without a route, peering or endpoint to production.',
    noun: 'a map',
    example: { subnets: ['subnet-0d1111a0000000001'], securityGroups: ['sg-0d1111a0000000001'] },
  },
);

export const drill = map(
  {
    schedules: maybe(
      list(
        choice(['monthly', 'quarterly', 'yearly'], {
          title: 'Schedule',
          description:
            'monthly: a restore drill, on the second Tuesday; quarterly: a full drill, on the third Tuesday of January, April, July and October; yearly: a reminder to read the plan again, on the second Wednesday of February.',
        }),
        {
          title: 'Schedules',
          description: 'Drills that run by themselves.',
          noun: 'a list of schedules, at least one',
          example: ['monthly', 'quarterly'],
        },
      ),
    ),
    at: maybe(
      text(patterns.timeOfDayPattern, {
        title: 'At',
        description:
          'The earliest time of day at which a drill begins. Each plan begins at a minute of its own within the hour that follows.',
        noun: 'a time of day from "00:00" to "23:59"',
        example: '09:00',
        otherwise: defaults.drillAt,
      }),
    ),
    timeZone: maybe(
      text(patterns.timeZonePattern, {
        title: 'Time zone',
        description: 'The IANA name of the time zone that `at` is in.',
        noun: 'the IANA name of a time zone',
        example: 'Asia/Tokyo',
        otherwise: defaults.drillTimeZone,
      }),
    ),
    network: maybe(network),
    instanceProfile: maybe(
      text(patterns.instanceProfilePattern, {
        title: 'Instance profile',
        description: 'Of the copies, in place of production’s.',
        noun: 'the name of an instance profile',
        example: 'shop-drill',
      }),
    ),
    userData: maybe(
      choice(['none', 'keep'], {
        title: 'User data',
        description: 'Whether copies get the start script of the template or of the server they copy.',
        otherwise: defaults.userData,
      }),
    ),
    maxDuration: maybe(
      duration('15m', '24h', {
        title: 'Longest',
        description: 'The longest that a drill may take, and when what it made expires.',
        example: '2h',
        otherwise: defaults.drillMaxDuration,
      }),
    ),
  },
  {
    title: 'Drill',
    description: 'How this plan is rehearsed without hurting anything.',
    noun: 'a map',
    example: { schedules: ['monthly'], maxDuration: '2h' },
  },
);

export const notify = map(
  {
    topic: text(patterns.topicPattern, {
      title: 'Topic',
      description: 'Name of an SNS topic in the recovery Region.',
      noun: 'the name of an SNS topic',
      example: 'shop-dr',
    }),
  },
  { title: 'Notify', description: 'Who is told.', noun: 'a map with a topic', example: { topic: 'shop-dr' } },
);
