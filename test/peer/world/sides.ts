import { checkSimulated } from '../../../drill/check.ts';
import { isolateFromMachine } from '../../../drill/isolation.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import type { SsmDocument } from '../../../simulator/ssm/state.ts';
import type { Execution } from '../../../simulator/stepfunctions/stepfunctions.ts';
import { buildWorld } from '../../../simulator/world/build.ts';
import { happenInShop } from '../../drill/respond.ts';
import { rehearseShop, replica, shopPlan, shopWorld, tokyo } from '../../drill/shop.ts';
import type { PeerAccount } from '../moto/seed/account.ts';
import { frontName } from '../moto/seed/front.ts';
import { seedWorld } from '../moto/seed/seed.ts';
import { Asker, askAt, type Question } from './clients.ts';
import { Ids } from './ids.ts';
import { type Exchange, type Recording, record } from './recording.ts';

/** What deployed code asked one simulated account, and the account as it was left. */
export interface Scene {
  readonly sim: Simulator;
  readonly exchanges: readonly Exchange[];
}

const seed = 7;

/** A failover of the shop whose primary Region still answers, so that it is fenced as well. */
export function recordFailover(): Promise<Scene> {
  return recording((sabotage) => rehearseShop({ kind: 'failover', seed, sabotage }));
}

export function recordDrill(): Promise<Scene> {
  return recording((sabotage) => rehearseShop({ kind: 'drill', seed, sabotage }));
}

/** An outage that Lifeboat notices by itself: the probes, the deciding, the readiness of each hour, until it recovers. */
export function recordResponse(): Promise<Scene> {
  const forSeconds = 200;
  return recording((sabotage) => happenInShop({ faults: ['primary-outage'], seed, forSeconds, sabotage }));
}

/** What `lifeboat check` asks. */
export function recordCheck(): Promise<Scene> {
  return recording(async (begin) => {
    isolateFromMachine(process.env);
    const sim = buildWorld(shopWorld(), { seed });
    begin(sim);
    await checkSimulated(sim, shopPlan());
  });
}

async function recording(run: (begin: (sim: Simulator) => void) => Promise<unknown>): Promise<Scene> {
  let begun: { sim: Simulator; recording: Recording } | undefined;
  await run((sim) => {
    begun = { sim, recording: record(sim) };
  });
  if (!begun) throw new TypeError('nothing was recorded');
  return { sim: begun.sim, exchanges: await begun.recording.exchanges() };
}

/** One who asks a simulated account by hand, with every permission. */
export class OurSide {
  readonly #sim: Simulator;
  readonly #asker: Asker;

  constructor(sim: Simulator) {
    const accessKeyId = 'AKIAPEER';
    const arn = `arn:aws:iam::${sim.accountId}:user/peer`;
    sim.addCaller({ accessKeyId, arn, userId: 'AIDAPEER' });
    this.#sim = sim;
    this.#asker = new Asker({ requestHandler: sim.connect(), accessKeyId });
  }

  ask: Asker['ask'] = (question) => this.#sim.clock.drive(this.#asker.ask(question));
}

/** The shop's account in a server of moto, with what the recordings ask for besides. */
export class TheirSide {
  readonly asker: Asker & { close(): void };
  readonly #account: PeerAccount;
  readonly #documents = new Set<string>();
  readonly #answers = new Map<string, Readonly<Record<string, unknown>>>();

  constructor(url: string, account: PeerAccount) {
    this.asker = askAt(url);
    this.#account = account;
  }

  static async open(url: string): Promise<TheirSide> {
    const world = shopWorld();
    const side = new TheirSide(url, await seedWorld(url, world, world.startsAtMs));
    // The seed's samples begin a minute later than what a gate reads.
    const Timestamp = new Date(world.startsAtMs - 900_000);
    const Dimensions = [{ Name: 'DBInstanceIdentifier', Value: replica }];
    const MetricData = [{ MetricName: 'ReplicaLag', Dimensions, Timestamp, Value: 2 }];
    await side.#once('monitoring', 'PutMetricData', { Namespace: 'AWS/RDS', MetricData });
    return side;
  }

  /**
   * Makes what the stack brings and no world has: the ledger, its topic, its documents, the keys of AWS, the executions.
   * @param name of the scene, so that none finds what another one has written into the ledger
   * @returns the names of the simulated account in those of this one
   */
  async enter({ sim, exchanges }: Scene, name: string): Promise<Ids> {
    const ids = new Ids((text) => this.#account.translate(text));
    const named = (member: string) =>
      new Set(exchanges.flatMap(({ input }) => (member in input ? [String(input[member])] : [])));
    for (const bucket of named('Bucket')) {
      ids.name(bucket, `${bucket}-${name}`);
      await this.#makeBucket(`${bucket}-${name}`);
    }
    for (const arn of named('TopicArn'))
      await this.#once('sns', 'CreateTopic', { Name: arn.split(':').at(-1) });
    for (const { name: region, elbv2, kms, ssm, states } of sim.regions) {
      for (const { arn, name: group } of elbv2.targetGroups.values())
        ids.name(arn, this.#account.id(frontName(region, group)));
      for (const service of ['ebs', 'rds'] as const) {
        const key = await this.#once('kms', 'CreateKey', { Description: service }, region);
        ids.name(kms.managedKeyArn(service), (key['KeyMetadata'] as { readonly Arn: string }).Arn);
      }
      for (const document of ssm.documents.all) await this.#putDocument(region, document);
      for (const execution of states.executions) await this.#makeExecution(region, execution);
    }
    return ids;
  }

  /** Makes an empty bucket without a policy on both sides. */
  async addBucket(sim: Simulator, name: string): Promise<void> {
    sim.s3.createBucket({ name, region: tokyo, versioned: true });
    await this.#makeBucket(name);
  }

  async #makeBucket(Bucket: string): Promise<void> {
    const CreateBucketConfiguration = { LocationConstraint: tokyo };
    await this.#once('s3', 'CreateBucket', { Bucket, CreateBucketConfiguration });
    const VersioningConfiguration = { Status: 'Enabled' };
    await this.#once('s3', 'PutBucketVersioning', { Bucket, VersioningConfiguration });
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }];
    const ServerSideEncryptionConfiguration = { Rules };
    await this.#once('s3', 'PutBucketEncryption', { Bucket, ServerSideEncryptionConfiguration });
  }

  /** The document as the simulated account has it, in the place of what the seed may have written. */
  async #putDocument(region: string, document: SsmDocument): Promise<void> {
    const { name: Name, content: Content, format: DocumentFormat, targetType, tags } = document;
    if (this.#documents.has(`${region} ${Name}`)) return;
    this.#documents.add(`${region} ${Name}`);
    await this.asker.ask({ service: 'ssm', region, operation: 'DeleteDocument', input: { Name } });
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const input = { Name, Content, DocumentFormat, DocumentType: 'Command', Tags, TargetType: targetType };
    await this.#once('ssm', 'CreateDocument', input, region);
  }

  /** An execution of the same name and input that has ended: what the machine did is not asked. */
  async #makeExecution(region: string, { machine, name, input }: Execution): Promise<void> {
    const definition = JSON.stringify({ StartAt: 'Nothing', States: { Nothing: { Type: 'Succeed' } } });
    const roleArn = `arn:aws:iam::123456789012:role/${machine.name}`;
    await this.#once('states', 'CreateStateMachine', { name: machine.name, definition, roleArn }, region);
    await this.#once('states', 'StartExecution', { stateMachineArn: machine.arn, name, input }, region);
  }

  /** Makes something unless it was made so before. @throws Error where moto refuses */
  async #once(
    service: Question['service'],
    operation: string,
    input: Question['input'],
    region = tokyo,
  ): Promise<Readonly<Record<string, unknown>>> {
    const key = `${region} ${operation} ${JSON.stringify(input)}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = await this.asker.ask({ service, region, operation, input });
    if (!answer.ok) throw new Error(`${operation} for ${JSON.stringify(input)}: ${answer.error.name}`);
    this.#answers.set(key, answer.output);
    return answer.output;
  }
}
