import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';

/** Plain clients of every service that the tests themselves ask, in one Region. */
export type Clients = ReturnType<typeof clientsOf>;

/** Clients that go to a server in this machine, with nothing of ours on the way. */
export function clientsOf(endpoint: string, region: string) {
  const settings = {
    endpoint,
    region,
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    maxAttempts: 1,
  };
  return {
    autoscaling: new AutoScalingClient(settings),
    cloudwatch: new CloudWatchClient(settings),
    ec2: new EC2Client(settings),
    elb: new ElasticLoadBalancingV2Client(settings),
    iam: new IAMClient(settings),
    kms: new KMSClient(settings),
    rds: new RDSClient(settings),
    route53: new Route53Client(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    sfn: new SFNClient(settings),
    sns: new SNSClient(settings),
    ssm: new SSMClient(settings),
  };
}

/** An account of moto that is made like a world: moto gives ids and names of its own, which are kept by the world's. */
export class PeerAccount {
  readonly #url: string;
  readonly #clients = new Map<string, Clients>();
  readonly #ids = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  in(region: string): Clients {
    const known = this.#clients.get(region) ?? clientsOf(this.#url, region);
    this.#clients.set(region, known);
    return known;
  }

  /** What moto calls what the world calls so. @throws TypeError where it was never made */
  id(world: string): string {
    const id = this.#ids.get(world);
    if (id === undefined) throw new TypeError(`nothing was made in moto for ${world}`);
    return id;
  }

  ids(world: readonly string[]): string[] {
    return world.map((each) => this.id(each));
  }

  name(world: string, id: string | undefined): string {
    if (id === undefined) throw new TypeError(`moto gave ${world} no id`);
    this.#ids.set(world, id);
    return id;
  }

  /** A text of the world, such as a plan, with moto's ids and names in it. */
  translate(text: string): string {
    return [...this.#ids].reduce((so, [world, id]) => so.replaceAll(world, id), text);
  }
}

interface Command {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: never) => unknown) => (args: never) => unknown,
      options: { readonly step: 'build' },
    ): void;
  };
}

/** The same command, whose result is that many seconds old: only a server of the tests' own knows the header. */
export function aged<C extends Command>(seconds: number, command: C): C {
  return withHeader('x-peer-age', String(seconds), command);
}

/** The same command, whose result has this id, where moto lets an id be chosen. */
export function named<C extends Command>(id: string, command: C): C {
  return withHeader('x-peer-id', id, command);
}

function withHeader<C extends Command>(header: string, value: string, command: C): C {
  command.middlewareStack.add(
    (next) => (args: never) => {
      const { request } = args as { readonly request: { readonly headers: Record<string, string> } };
      request.headers[header] = value;
      return next(args);
    },
    { step: 'build' },
  );
  return command;
}

/** Tags as EC2 and RDS take them. */
export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
