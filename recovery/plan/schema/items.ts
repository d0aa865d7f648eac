/** What is cut off, and what is recovered: the fence, databases, servers and volumes. */
import { defaults } from '../defaults.ts';
import { choice, duration, flag, list, map, maybe, named, text, whole } from '../fields.ts';
import * as patterns from '../patterns.ts';
import { bound, databaseId, instanceTypes, name, oldest, subnets, tags, targetGroup } from './names.ts';

export const fence = map(
  {
    instances: maybe(
      map(
        { tags: tags('the servers in the primary Region to stop', { App: 'shop', Region: 'primary' }) },
        {
          title: 'Instances',
          description:
            'Those of them that carry lifeboat:plan with the name of this plan are stopped, not terminated. An Auto Scaling group would replace them: suspend it yourself.',
          noun: 'a map with tags',
          example: { tags: { App: 'shop' } },
        },
      ),
    ),
    databases: maybe(
      list(databaseId('Database', 'An RDS instance in the primary Region.', 'shop-orders'), {
        title: 'Databases',
        description:
          'Each gets one security group in place of its own: the one of its VPC that carries lifeboat:plan with the name of this plan and lifeboat:fence with the value true, and lets nobody in. The database carries lifeboat:plan too.',
        noun: 'a list of RDS instance identifiers, at least one',
        example: ['shop-orders'],
      }),
    ),
    required: maybe(
      flag({
        title: 'Required',
        description:
          'Whether the promotion waits until the fence is confirmed, or a person approves FenceUnconfirmed.',
        otherwise: defaults.fenceRequired,
      }),
    ),
  },
  {
    title: 'Fence',
    description:
      'What is cut off in the primary Region right before a database is promoted, so that it cannot write on.',
    noun: 'a map',
    example: { databases: ['shop-orders'] },
  },
);

const database = map(
  {
    promote: map(
      {
        replica: databaseId(
          'Replica',
          'The read replica in the recovery Region that is promoted.',
          'shop-orders-replica',
        ),
      },
      {
        title: 'Promote',
        description: 'The one-way door: the replica becomes the primary.',
        noun: 'a map with the replica',
        example: { replica: 'shop-orders-replica' },
      },
    ),
    maxLag: maybe(
      duration('1s', '24h', {
        title: 'Greatest lag',
        description:
          'How far the replica may have been behind right before the first bad sample. Beyond it the promotion holds for a person. Without it the RPO.',
        example: '5m',
      }),
    ),
    backupRetention: maybe(
      whole(0, 35, {
        title: 'Backup retention',
        description: 'Days that the promoted instance keeps its backups; 0 turns backups off.',
        example: 7,
        otherwise: defaults.backupRetention,
      }),
    ),
    bound: maybe(bound('the promotion, or the restore in a drill,', defaults.databaseBound)),
    drill: maybe(
      map(
        {
          snapshot: choice(['newest'], {
            title: 'Snapshot',
            description:
              'A drill restores the newest snapshot in the recovery Region and never touches the replica.',
          }),
        },
        {
          title: 'Drill',
          description: 'What stands in for the promotion in a drill.',
          noun: 'a map',
          example: { snapshot: 'newest' },
        },
      ),
    ),
  },
  {
    title: 'Database',
    description: 'One RDS instance.',
    noun: 'a map',
    example: { promote: { replica: 'shop-orders-replica' } },
  },
);

export const databases = named(name('a database', 'orders'), database, {
  title: 'Databases',
  description: 'RDS read replicas to promote, each under a name of its own.',
  noun: 'a map of databases, at least one',
  example: { orders: { promote: { replica: 'shop-orders-replica' } } },
});

/** A copy that something is made from: chosen by its tags, and no older than it may be. */
const newest = (
  of: string,
  { title, description, example }: { title: string; description: string; example: Record<string, string> },
) =>
  map(
    { tags: tags(`the ${of}`, example), rpo: maybe(oldest(of)) },
    { title, description, noun: 'a map with tags', example: { tags: example } },
  );

const launch = map(
  {
    image: newest('image', {
      title: 'Image',
      description: 'The newest available AMI in the recovery Region with these tags.',
      example: { App: 'shop', Role: 'worker' },
    }),
    template: maybe(
      text(patterns.launchTemplatePattern, {
        title: 'Launch template',
        description: 'Name of a launch template in the recovery Region; the image above goes before its own.',
        noun: 'the name of a launch template',
        example: 'shop-worker-dr',
      }),
    ),
    count: maybe(
      whole(1, 100, {
        title: 'Count',
        description: 'How many servers.',
        example: 1,
        otherwise: defaults.count,
      }),
    ),
    types: maybe(instanceTypes),
    subnets: maybe(subnets('Where servers are launched, in this order.')),
    targetGroup: maybe(targetGroup),
  },
  {
    title: 'Launch',
    description: 'Launches servers from the newest image.',
    noun: 'a map',
    example: { image: { tags: { App: 'shop', Role: 'worker' } }, template: 'shop-worker-dr' },
  },
);

const server = map(
  {
    start: maybe(
      map(
        { tags: tags('the stopped servers in the recovery Region', { App: 'shop', Role: 'web' }) },
        {
          title: 'Start',
          description:
            'Starts servers that stand stopped in the recovery Region. A drill launches copies of them.',
          noun: 'a map with tags',
          example: { tags: { App: 'shop', Role: 'web' } },
        },
      ),
    ),
    orElse: maybe(
      choice(['launch', 'fail'], {
        title: 'Or else',
        description: 'When a stopped server cannot start: launch a copy of it elsewhere, or fail.',
        otherwise: defaults.orElse,
      }),
    ),
    types: maybe(instanceTypes),
    subnets: maybe(subnets('Where copies of servers that cannot start are launched, in this order.')),
    targetGroup: maybe(targetGroup),
    launch: maybe(launch),
    agentBound: maybe(
      duration('1m', '1h', {
        title: 'Agent bound',
        description:
          'How long from running until the Systems Manager agent is online, before the server is replaced, once.',
        example: '5m',
        otherwise: defaults.agentBound,
      }),
    ),
    bound: maybe(bound('this server', defaults.serverBound)),
  },
  {
    title: 'Server',
    description: 'One or more servers of one role; either start or launch.',
    noun: 'a map',
    example: { start: { tags: { App: 'shop', Role: 'web' } } },
  },
);

export const servers = named(name('a server', 'web'), server, {
  title: 'Servers',
  description: 'Servers to start or launch, each group under a name of its own.',
  noun: 'a map of servers, at least one',
  example: { web: { start: { tags: { App: 'shop', Role: 'web' } } } },
});

const volume = map(
  {
    snapshot: newest('snapshot', {
      title: 'Snapshot',
      description: 'The newest completed snapshot in the recovery Region with these tags.',
      example: { App: 'shop', Volume: 'data' },
    }),
    attach: map(
      {
        server: name('a server of this plan', 'worker'),
        device: text(patterns.devicePattern, {
          title: 'Device',
          description:
            'Attachment point, /dev/sdf to /dev/sdp. The operating system names the disk otherwise; it is found by volume id.',
          noun: 'an attachment point for a data volume',
          example: '/dev/sdf',
        }),
      },
      {
        title: 'Attach',
        description: 'The server that gets the volume.',
        noun: 'a map with server and device',
        example: { server: 'worker', device: '/dev/sdf' },
      },
    ),
    each: maybe(
      flag({
        title: 'Each',
        description: 'A volume of its own for each instance of the server.',
        otherwise: defaults.each,
      }),
    ),
    mount: maybe(
      map(
        {
          path: text(patterns.mountPathPattern, {
            title: 'Path',
            description: 'Mount point; it is made when it is absent. The volume is never formatted.',
            noun: 'an absolute path of letters, digits, dots, hyphens and underscores',
            example: '/srv/data',
          }),
        },
        {
          title: 'Mount',
          description: 'Where it is mounted.',
          noun: 'a map with a path',
          example: { path: '/srv/data' },
        },
      ),
    ),
    volumeType: maybe(
      choice(['gp3', 'io1', 'io2'], {
        title: 'Volume type',
        description: 'Type of the new volume.',
        otherwise: defaults.volumeType,
      }),
    ),
    bound: maybe(bound('the volume', defaults.volumeBound)),
  },
  {
    title: 'Volume',
    description: 'An EBS volume made from the newest snapshot, attached and mounted.',
    noun: 'a map',
    example: { snapshot: { tags: { App: 'shop' } }, attach: { server: 'worker', device: '/dev/sdf' } },
  },
);

export const volumes = named(name('a volume', 'data'), volume, {
  title: 'Volumes',
  description: 'EBS volumes, each under a name of its own.',
  noun: 'a map of volumes, at least one',
  example: {
    data: { snapshot: { tags: { App: 'shop' } }, attach: { server: 'worker', device: '/dev/sdf' } },
  },
});
