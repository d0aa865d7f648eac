import assert from 'node:assert/strict';
import { CreateTagsCommand, CreateVolumeCommand, DetachVolumeCommand, EC2Client } from '@aws-sdk/client-ec2';
import { type Account, openAccount } from '../../drill/account.ts';
import { isolateFromMachine } from '../../drill/isolation.ts';
import { noticeProblem } from '../../recovery/notices.ts';
import type { RemountRecord } from '../../recovery/remount/record.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import type { EventEnvelope } from '../../simulator/events/envelope.ts';
import type { Guest } from '../../simulator/guest.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import type { World } from '../../simulator/world/schema.ts';
import { assertReadable, hurry, shopPlan, shopWorld, template, tokyo } from './shop.ts';

isolateFromMachine(process.env);
export const worker = 'i-0a11c0ffee00000a1';
const snapshot = 'snap-0a11c0ffee0000020';
export const wish = { 'lifeboat:plan': 'shop', 'lifeboat:remount': 'volumes.data' };
export const [zoneA, zoneC] = ['ap-northeast-1a', 'ap-northeast-1c'];
/** The shop's world with workers that somebody keeps running in Tokyo. */
export function withWorkers(...ids: readonly string[]): World {
  const next = '      i-0b11b0000000000b1: # another application in production';
  const workers = ids.map(
    (id) => `      ${id}:
        image: ami-0a11c0ffee0000010
        type: m7g.large
        subnet: subnet-0a11c0ffee0000001
        state: running
        securityGroups: [sg-0a11c0ffee0000001]
        profile: shop
        tags: { Name: shop-worker-dr, App: shop, "lifeboat:plan": shop, "lifeboat:item": servers.worker }
`,
  );
  return shopWorld({ from: next, to: `${workers.join('')}${next}` });
}
export const keptWorker = withWorkers(worker);

/** The shop's account, and a person in it who restores volumes by hand. */
export class Restoring {
  readonly account: Account;
  readonly events: EventEnvelope[] = [];
  readonly #client: EC2Client;
  #restores = 0;

  constructor(within = keptWorker) {
    this.account = openAccount({ plan: shopPlan(), world: within, template, seed: 7 });
    const { sim } = this.account;
    hurry(sim);
    const accessKeyId = 'AKIAKIM';
    sim.addCaller({ accessKeyId, arn: 'arn:aws:iam::123456789012:user/kim', userId: 'AIDAKIM' });
    this.#client = new EC2Client({
      region: tokyo,
      requestHandler: sim.connect(),
      credentials: { accessKeyId, secretAccessKey: 'simulated' },
      maxAttempts: 1,
    });
    sim.region(tokyo).events.onEvent((_bus, event) => void this.events.push(event));
  }

  /** Restores the data, or makes a disk that nobody has formatted. */
  async restore(tags: Readonly<Record<string, string>>, zone = zoneA, isEmpty = false): Promise<string> {
    const Tags = tagList(tags);
    // A token of the SDK's own would be random, and with it the volume's id and all that is drawn for it.
    this.#restores += 1;
    const command = new CreateVolumeCommand({
      ClientToken: `restore-${this.#restores}`,
      AvailabilityZone: zone,
      ...(isEmpty ? { Size: 10 } : { SnapshotId: snapshot }),
      ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: 'volume', Tags }] }),
    });
    const { VolumeId } = await this.account.sim.clock.drive(this.#client.send(command));
    return VolumeId ?? assert.fail();
  }

  async tag(volume: string, tags: Readonly<Record<string, string>>): Promise<void> {
    const command = new CreateTagsCommand({ Resources: [volume], Tags: tagList(tags) });
    await this.account.sim.clock.drive(this.#client.send(command));
  }

  async detach(volume: string): Promise<void> {
    this.guest().mounts.delete('/srv/data');
    await this.account.sim.clock.drive(this.#client.send(new DetachVolumeCommand({ VolumeId: volume })));
    await this.pass(60);
  }

  guest(): Guest {
    return this.account.sim.region(tokyo).guests.of(worker);
  }

  /** Starts the remount machine as a person does. */
  ask(volume: string): Execution {
    const machineArn = this.account.stack.ref('LifeboatRemount');
    return this.account.sim
      .region(tokyo)
      .states.start({ machineArn, name: `by-hand-${volume}`, input: { volume } });
  }

  async pass(seconds: number): Promise<this> {
    const { clock } = this.account.sim;
    await clock.driveUntil(clock.nowMs() + seconds * 1000);
    return this;
  }

  /** The same event once more, as EventBridge delivers now and then. */
  repeat(volume: string): void {
    const event = this.events.find(({ resources }) => resources.some((arn) => String(arn).endsWith(volume)));
    this.account.sim.region(tokyo).events.inject(event ?? assert.fail());
  }

  /** Nothing that EBS tells reaches anybody any more. */
  loseEvents(): void {
    this.account.sim
      .region(tokyo)
      .events.deliveryFaults.unshift(({ event }) =>
        event['detail-type'] === 'EBS Volume Notification' ? { kind: 'lose' } : undefined,
      );
  }

  /** The janitor looks, as it does each five minutes. */
  async wakeJanitor(): Promise<void> {
    const { sim } = this.account;
    const { lambda } = sim.region(tokyo);
    await sim.clock.drive(lambda.invoke('lifeboat-live-janitor', {}, `wakes at ${sim.clock.nowMs()}`));
  }

  record(volume: string): RemountRecord | undefined {
    const { sim, ledgerBucket } = this.account;
    const found = sim.s3.read(ledgerBucket, `plans/shop/remounts/${volume}.json`);
    return found && (JSON.parse(new TextDecoder().decode(found.body)) as RemountRecord);
  }

  /** What was told of a volume, by name, to machines and to people. */
  told(volume: string): readonly string[] {
    const own = this.events.filter(
      ({ source, detail }) => source === 'lifeboat' && detail['volume'] === volume,
    );
    for (const { 'detail-type': name, detail } of own) assert.equal(noticeProblem(name, detail), undefined);
    const { published } = this.account.sim.region(tokyo).sns;
    const reasons = new Set(own.map(({ detail }) => String(detail['reason'])));
    const heard = published.filter(({ message }) =>
      [...reasons].some((reason) => message.startsWith(reason)),
    );
    for (const { message } of heard) assertReadable(message);
    assert.equal(heard.length, own.length, 'people are told what machines are told, as often');
    return own.map(({ 'detail-type': name, detail }) =>
      name === 'Remount Held' ? String(detail['code']) : name,
    );
  }

  placeOf(volume: string): readonly unknown[] {
    const { attachment } = this.account.sim.region(tokyo).ec2.volumes.get(volume) ?? {};
    const mount = this.guest().mounts.get('/srv/data');
    return [attachment?.instanceId, attachment?.device, mount?.volumeId === volume];
  }

  /** Calls of the remount's own function. */
  calls(operation: string): number {
    return this.account.sim.transcript.filter(
      (call) => call.operation === operation && call.callerArn.includes('lifeboat-live-remount'),
    ).length;
  }

  start(kind: RecoveryKind): Promise<unknown> {
    const { machineArns, sim } = this.account;
    const recovery = `shop-${kind}-7`;
    const input = { plan: 'shop', recovery, run: 1 };
    return sim.region(tokyo).states.start({ machineArn: machineArns[kind], name: `${recovery}-r1`, input })
      .done;
  }
}

const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
