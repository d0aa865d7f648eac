import { type Moto, startMoto } from '../moto/moto.ts';
import type { Question } from './clients.ts';
import type { Ids } from './ids.ts';
import { questions } from './questions.ts';
import { plainBucket, refusals } from './refusals.ts';
import { type Asked, askBoth, distinct, isRead, replay } from './replay.ts';
import {
  OurSide,
  recordCheck,
  recordDrill,
  recordFailover,
  recordResponse,
  type Scene,
  TheirSide,
} from './sides.ts';

/** Everything that both sides were asked, and what each answered. */
export interface Judgement {
  readonly asked: readonly Asked[];
  /** Operations that deployed code called in the recordings, such as `ec2:DescribeInstances`. */
  readonly recorded: ReadonlySet<string>;
}

/** After this long nothing of a failover is under way any more: targets are healthy, modifications are applied. */
const restMs = 900_000;

/**
 * Asks simulator and moto the same: the calls of a check, of an outage up to its failover, of a drill and of a failover, in
 * the states that they bring about; then each read of the failover again, with both sides at rest; then what no recording
 * asks.
 */
export async function judgeBoth(): Promise<Judgement> {
  const [check, response, drill, failover] = [
    await recordCheck(),
    await recordResponse(),
    await recordDrill(),
    await recordFailover(),
  ];
  const scenes = { check, response: untilItRecovers(response), drill, failover };
  const moto = await startMoto({ invoke: async () => ({}) });
  try {
    const asked = await askMoto(moto, scenes, failover);
    const all = Object.values({ ...scenes, response }).flatMap(({ exchanges }) => exchanges);
    return { asked, recorded: new Set(all.map(({ service, operation }) => `${service}:${operation}`)) };
  } finally {
    await moto.stop();
  }
}

async function askMoto(
  moto: Moto,
  scenes: Readonly<Record<string, Scene>>,
  failover: Scene,
): Promise<readonly Asked[]> {
  const theirs = await TheirSide.open(moto.url);
  const asked: Asked[] = [];
  let ids: Ids | undefined;
  for (const [name, scene] of Object.entries(scenes)) {
    ids = await theirs.enter(scene, name);
    asked.push(...(await replay(scene.exchanges, theirs.asker, ids)));
  }
  const { sim, exchanges } = failover;
  await sim.clock.driveUntil(sim.clock.nowMs() + restMs);
  const ours = new OurSide(sim);
  const reads = exchanges.filter(({ operation }) => isRead(operation));
  await theirs.addBucket(sim, plainBucket);
  const after = [...distinct(reads), ...invocationsOf(exchanges), ...questions];
  const changes = [...refusals, ...deregistrationsOf(exchanges)];
  asked.push(...(await askBoth([...after, ...changes], ours, theirs.asker, ids!)));
  theirs.asker.close();
  return asked;
}

/** The way back of each target that a recording registered. */
function deregistrationsOf(exchanges: Scene['exchanges']): readonly Question[] {
  return exchanges
    .filter(({ operation }) => operation === 'RegisterTargets')
    .map(({ service, region, input }) => ({ service, region, input, operation: 'DeregisterTargets' }));
}

/** How each command that a recording sent went on each of its instances. */
function invocationsOf(exchanges: Scene['exchanges']): readonly Question[] {
  return exchanges
    .filter(({ operation }) => operation === 'ListCommandInvocations')
    .flatMap(({ input: { CommandId } }) => {
      const sent = exchanges.find(
        ({ operation, answer }) =>
          operation === 'SendCommand' && Buffer.from(answer.body as Uint8Array).includes(String(CommandId)),
      );
      if (!sent) return [];
      const { service, region, input } = sent;
      const [InstanceId] = input['InstanceIds'] as readonly string[];
      return [{ service, region, operation: 'GetCommandInvocation', input: { CommandId, InstanceId } }];
    });
}

/** What happens before a recording changes the world: a second failover of one account would find the first one's. */
function untilItRecovers({ sim, exchanges }: Scene): Scene {
  const changing = exchanges.findIndex(({ service, operation }) => service === 'ec2' && !isRead(operation));
  if (changing < 0) throw new TypeError('the outage was not recovered from while it was recorded');
  return { sim, exchanges: exchanges.slice(0, changing) };
}
