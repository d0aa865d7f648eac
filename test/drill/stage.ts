import { type DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Account, openAccount } from '../../drill/account.ts';
import { isolateFromMachine } from '../../drill/isolation.ts';
import { type LedgerTruth, readLedger } from '../../drill/ledger.ts';
import type { Incident } from '../../recovery/deciding/observation.ts';
import { type ActiveRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { faults } from '../../simulator/world/faults.ts';
import { hurry, replica, shopPlan, shopWorld, template, tokyo } from './shop.ts';

isolateFromMachine(process.env);
const world = shopWorld();
const usual = shopPlan();
export const minute = 60_000;

/** What STS and `${aws:userid}` call a person of these tests. */
export function userIdOf(name: string): string {
  return `AIDA${name.toUpperCase()}`;
}

function accessKeyOf(name: string): string {
  return `AKIA${name.toUpperCase()}`;
}

function addPerson(sim: Simulator, name: string): void {
  const arn = `arn:aws:iam::123456789012:user/${name}`;
  sim.addCaller({ accessKeyId: accessKeyOf(name), arn, userId: userIdOf(name) });
}

/** Lifeboat's own deciding: it alone may write down what it has decided. */
function lifeboat({ stack }: Account) {
  return { roleArn: stack.arn('AssessRole'), accessKeyId: accessKeyOf('lifeboat') };
}

/** One recovery of the shop that a test looks into while it runs. */
export class Stage {
  readonly account: Account;
  readonly recovery: string;
  readonly startMs: number;
  readonly #plan: Plan;
  readonly #kind: RecoveryKind;
  #execution: Execution | undefined;

  constructor(
    given: { plan?: Plan; kind?: RecoveryKind; faults?: readonly string[]; lag?: number | 'idle' } = {},
  ) {
    const { plan = usual, kind = 'failover', lag } = given;
    this.#plan = plan;
    this.#kind = kind;
    this.recovery = `shop-${kind}-7`;
    this.account = openAccount({ plan, world, template, seed: 7 });
    const { sim } = this.account;
    hurry(sim);
    for (const name of given.faults ?? []) faults[name]!.apply(sim, world);
    if (lag !== undefined) sim.region(tokyo).rds.setLag(replica, lag);
    for (const name of ['kim', 'lee', 'ines']) addPerson(sim, name);
    const { roleArn, accessKeyId } = lifeboat(this.account);
    const arn = `arn:aws:sts::123456789012:assumed-role/${roleArn.split('/').at(-1)}/assess`;
    sim.addCaller({ accessKeyId, arn, userId: 'AROAASSESS:assess', roleArn });
    this.startMs = sim.clock.nowMs();
  }

  start(run = 1): this {
    const { machineArns, sim } = this.account;
    const input = { plan: 'shop', recovery: this.recovery, run };
    const name = `${this.recovery}-r${run}`;
    this.#execution = sim.region(tokyo).states.start({ machineArn: machineArns[this.#kind], name, input });
    return this;
  }

  async pass(seconds: number): Promise<void> {
    const { clock } = this.account.sim;
    await clock.driveUntil(clock.nowMs() + seconds * 1000);
  }

  async end(): Promise<LedgerTruth> {
    await this.account.sim.clock.drive(this.#execution!.done);
    return this.ledger();
  }

  ledger(): LedgerTruth {
    return readLedger(this.account, this.#plan.plan, this.recovery);
  }

  /** Writes a record as a person does whose role permits every key; what S3 refuses is thrown. */
  async write(key: string, record: object, by = 'kim'): Promise<void> {
    const Body = JSON.stringify({ nonce: 'written by a test', ...record });
    await this.send(new PutObjectCommand({ Bucket: this.account.ledgerBucket, Key: key, Body }), by);
  }

  /** Asks S3 in the name of a person, or of Lifeboat's own deciding. */
  async send(command: PutObjectCommand | DeleteObjectCommand, by: string): Promise<void> {
    const { sim } = this.account;
    const client = new S3Client({
      region: tokyo,
      requestHandler: sim.connect(),
      credentials: { accessKeyId: accessKeyOf(by), secretAccessKey: 'simulated' },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      maxAttempts: 1,
    });
    await sim.clock.drive(client.send(command as PutObjectCommand));
  }

  approve(...overrides: readonly string[]): Promise<void> {
    return this.approveAs('kim', ...overrides);
  }

  approveAs(name: string, ...overrides: readonly string[]): Promise<void> {
    const record = {
      principal: 'somebody else',
      at: this.now(),
      comment: 'fifteen minutes are lost',
      overrides,
    };
    return this.write(ledgerKeys.approval('shop', this.recovery, userIdOf(name)), record, name);
  }

  /** Says who asked for this recovery, as the command line does before it starts one. */
  request(name: string): Promise<void> {
    const key = ledgerKeys.request('shop', this.recovery, userIdOf(name));
    return this.write(key, { by: userIdOf(name), at: this.now(), comment: 'users complain' }, name);
  }

  active(): ActiveRecord {
    const { sim, ledgerBucket } = this.account;
    const { body } = sim.s3.read(ledgerBucket, ledgerKeys.active('shop'))!;
    return JSON.parse(new TextDecoder().decode(body)) as ActiveRecord;
  }

  abort(): Promise<void> {
    const abort = { by: 'kim', at: this.now(), reason: 'false alarm' };
    return this.write(ledgerKeys.active('shop'), { ...this.active(), abort });
  }

  /** The incident that started this recovery; its first bad sample was some minutes before. */
  decide(minutesAgo: number): Promise<void> {
    const at = (ms: number) => new Date(ms).toISOString();
    const onset = at(this.startMs - minutesAgo * minute);
    const incident: Incident = { id: 'shop-1', openedAt: onset, onset, recovery: this.recovery };
    return this.write(ledgerKeys.incident('shop'), { nonce: 'decided', incident }, 'lifeboat');
  }

  /** An outage that several places have agreed on from now on, and that no recovery was decided for. */
  outage(): Promise<void> {
    const onset = this.now();
    const incident: Incident = { id: 'shop-1', openedAt: onset, onset, agreedAt: onset };
    return this.write(ledgerKeys.incident('shop'), { nonce: 'seen', incident }, 'lifeboat');
  }

  /** What the probe of a Region finds each minute, from an instant on. */
  probe(from: string, value: number): void {
    const { cloudwatch } = this.account.sim.region(tokyo);
    cloudwatch.addProvider('Lifeboat/Probe', 'Success', (dimensions) =>
      dimensions['From'] === from && dimensions['Plan'] === 'shop' ? value : undefined,
    );
  }

  now(): string {
    return new Date(this.account.sim.clock.nowMs()).toISOString();
  }

  told(): readonly string[] {
    return this.account.sim.region(tokyo).sns.published.map(({ message }) => message);
  }

  isPromoted(): boolean {
    return this.account.sim.region(tokyo).rds.isWritable(replica);
  }

  calls(operation: string): number {
    return this.account.sim.transcript.filter((call) => call.operation === operation).length;
  }
}
