import type { Simulator } from '../simulator.ts';
import type { Command } from '../ssm/state.ts';
import { type Chain, longestChain, type Step } from './chain.ts';
import { serverOf } from './health.ts';
import { worldOf } from './placed.ts';
import type { DatabaseSpan, InstanceLife, Span } from './timeline.ts';

export type { Chain, ChainLink } from './chain.ts';

/** Which undertaking is looked at: a drill ends when its servers are healthy, a failover when clients are answered. */
export interface Undertaking {
  readonly kind: 'drill' | 'failover';
  readonly startMs: number;
  /** Ids of the instances that served; every one that became healthy after the start when absent. */
  readonly resources?: readonly string[];
}

/**
 * What AWS alone needed for a recovery: the longest chain over the edges of this model, with the durations that were drawn.
 *
 * An instance is accepted → running → its operating system is up, its agent is online; a volume is available and its
 * instance runs → attached → mounted by a command; a database is promoted or restored → settings are written → servers
 * reload → they are healthy (in a drill: were asked) → the record is in sync, or the metric that was put has made the health check of
 * the record unhealthy → the last client's cache has ended.
 *
 * An edge lasts from the request that AWS accepted to the state that it led to. Whatever lies between two edges (looking,
 * waiting, workflow, functions) is not AWS's and does not count.
 */
export function criticalPath(sim: Simulator, undertaking: Undertaking): Chain {
  const lives = servingLives(sim, undertaking);
  const steps = [
    ...databaseSteps(sim, lives, undertaking.startMs),
    ...lives.flatMap((life) => [
      ...instanceSteps(life),
      ...volumeSteps(sim, life),
      ...serverSteps(sim, life),
    ]),
    ...(undertaking.kind === 'failover' ? trafficSteps(sim, lives, undertaking.startMs) : []),
  ];
  return longestChain(steps);
}

/**
 * The lives that ended up serving: of each instance the last one in which its server was healthy. A drill whose plan asks
 * no server for its health is over when all are up.
 */
function servingLives(sim: Simulator, { kind, startMs, resources }: Undertaking): InstanceLife[] {
  const begun = worldOf(sim).timeline.lives.filter(
    ({ acceptedAtMs, instanceId }) => acceptedAtMs >= startMs && (resources?.includes(instanceId) ?? true),
  );
  const healthy = begun.filter(
    (life) => life.healthy && (kind === 'drill' || life.targetHealthy || !hasTargetGroups(sim)),
  );
  const lives = kind === 'drill' && healthy.length === 0 ? begun : healthy;
  return [...new Map(lives.map((life) => [`${life.region}/${life.instanceId}`, life])).values()];
}

function hasTargetGroups(sim: Simulator): boolean {
  const { regions } = worldOf(sim).world.application;
  return Object.values(regions).some(({ targetGroups }) => Object.keys(targetGroups).length > 0);
}

function instanceSteps({
  instanceId,
  acceptedAtMs,
  runningAtMs,
  bootedAtMs,
  onlineAtMs,
}: InstanceLife): Step[] {
  const running = `running ${instanceId}`;
  const steps = [step(running, 'instance running', instanceId, acceptedAtMs, runningAtMs, [])];
  steps.push(step(`up ${instanceId}`, 'operating system up', instanceId, runningAtMs, bootedAtMs, [running]));
  steps.push(step(`online ${instanceId}`, 'agent online', instanceId, runningAtMs, onlineAtMs, [running]));
  return steps.filter((one) => one !== undefined);
}

function volumeSteps(sim: Simulator, { region, instanceId, acceptedAtMs, healthy }: InstanceLife): Step[] {
  const { volumes } = worldOf(sim).timeline;
  return (healthy?.volumeIds ?? []).flatMap((volumeId) => {
    const spans = volumes.findLast((each) => each.volumeId === volumeId && each.instanceId === instanceId);
    if (!spans || spans.attached.fromMs < acceptedAtMs) return [];
    const { available, attached } = spans;
    const mount = mountOf(commandsOn(sim, region, instanceId, healthy!.atMs), volumeId);
    const [id, ready] = [`attached ${volumeId}`, [`available ${volumeId}`, `running ${instanceId}`]];
    return [
      step(`available ${volumeId}`, 'volume available', volumeId, available.fromMs, available.toMs, []),
      step(id, 'volume attached', volumeId, attached.fromMs, attached.toMs, ready),
      commandStep(`mounted ${volumeId}`, 'volume mounted', volumeId, mount, instanceId, [
        id,
        `online ${instanceId}`,
      ]),
    ].filter((one) => one !== undefined);
  });
}

function databaseSteps(sim: Simulator, lives: readonly InstanceLife[], startMs: number): Step[] {
  const { databases, writes } = worldOf(sim).timeline;
  const used = new Set(
    lives.flatMap(({ healthy }) => (healthy?.databases ?? []).map(({ region, id }) => `${region}/${id}`)),
  );
  const made = databases.filter(({ fromMs, region, id }) => fromMs >= startMs && used.has(`${region}/${id}`));
  const settings = new Set(lives.flatMap(({ healthy }) => healthy?.settings ?? []));
  const written = [...settings].flatMap((name) => {
    const write = writes.findLast((each) => each.name.endsWith(name) && each.span().fromMs >= startMs);
    return write ? [{ name, ...write.span() }] : [];
  });
  return [...made.map(databaseStep), ...written.map((span) => settingStep(span, made))];
}

function databaseStep({ id, how, fromMs, toMs }: DatabaseSpan): Step {
  return step(`database ${id}`, `database ${how}`, id, fromMs, toMs, [])!;
}

function settingStep(
  { name, fromMs, toMs }: Span & { readonly name: string },
  made: readonly DatabaseSpan[],
): Step {
  return step(
    `setting ${name}`,
    'setting written',
    name,
    fromMs,
    toMs,
    made.map(({ id }) => `database ${id}`),
  )!;
}

/** From settings and mounts to a server that is counted as healthy, or in a drill was asked. */
function serverSteps(sim: Simulator, life: InstanceLife): Step[] {
  const { region, instanceId, healthy, targetHealthy } = life;
  if (!healthy) return [];
  const { volumeIds, settings, atMs } = healthy;
  const ready = [`online ${instanceId}`, ...settings.map((name) => `setting ${name}`)];
  const commands = commandsOn(sim, region, instanceId, atMs);
  const documents = Object.keys(worldOf(sim).world.regions[region]?.documents ?? {});
  const reload = commands.findLast(({ documentName }) => documents.includes(documentName));
  const reloaded = commandStep(
    `reloaded ${instanceId}`,
    'application reloaded',
    instanceId,
    reload,
    instanceId,
    ready,
  );
  const mounts = volumeIds.map((id) => mountOf(commands, id));
  const needed = [reload, ...mounts].filter((one) => one !== undefined);
  const working = [`up ${instanceId}`, `reloaded ${instanceId}`, ...volumeIds.map((id) => `mounted ${id}`)];
  const counted = targetHealthy
    ? step(
        `healthy ${instanceId}`,
        'target healthy',
        instanceId,
        countedFrom(life, needed),
        targetHealthy.atMs,
        working,
      )
    : commandStep(
        `healthy ${instanceId}`,
        'application asked',
        instanceId,
        askedBy(commands, atMs, instanceId),
        instanceId,
        working,
      );
  return [reloaded, counted].filter((one) => one !== undefined);
}

/**
 * From when on a target group's checks could count a server: it is registered, and what it needs has been done. The time
 * until the next check is AWS's, so it begins when the last command that it needed ended, not when a check first succeeded.
 * A check may count it while such a command is still to report its end: then the chain waits for nothing but that end.
 */
function countedFrom(
  { instanceId, bootedAtMs, targetHealthy }: InstanceLife,
  needed: readonly Command[],
): number {
  const ends = needed.map(({ invocations }) => invocations.get(instanceId)?.endedAtMs ?? 0);
  return Math.max(bootedAtMs ?? 0, targetHealthy!.registeredAtMs, ...ends);
}

function trafficSteps(sim: Simulator, lives: readonly InstanceLife[], startMs: number): Step[] {
  const { answered } = worldOf(sim).timeline;
  const ready = lives.flatMap(({ instanceId, healthy }) => [
    `up ${instanceId}`,
    `reloaded ${instanceId}`,
    ...(healthy?.volumeIds ?? []).map((id) => `mounted ${id}`),
  ]);
  const healthy = firstOfEachServer(sim, lives).map(({ instanceId }) => `healthy ${instanceId}`);
  const moves = movesOfTraffic(sim, startMs);
  if (moves.length === 0) return [];
  const { liveName } = worldOf(sim).world.application;
  const movedAtMs = Math.max(...moves.map(({ toMs }) => toMs));
  const ids = moves.map(({ edge }) => edge);
  return [
    ...moves.map(({ edge, subject, fromMs, toMs }) =>
      step(edge, edge, subject, fromMs, toMs, [...ready, ...healthy]),
    ),
    step('answered', 'clients answered', liveName, movedAtMs, answered?.atMs, ids),
  ].filter((one) => one !== undefined);
}

/** What moved traffic since the start: the last change of a record, and the last health check that a metric turned. */
function movesOfTraffic(
  sim: Simulator,
  startMs: number,
): (Span & { readonly edge: string; readonly subject: string })[] {
  const { changes, switches } = worldOf(sim).timeline;
  const change = changes.findLast((each) => each.span().fromMs >= startMs);
  const turned = switches.findLast(({ fromMs, toMs }) => fromMs >= startMs && toMs !== undefined);
  return [
    ...(change ? [{ edge: 'change in sync', subject: change.zoneId, ...change.span() }] : []),
    ...(turned
      ? [
          {
            edge: 'health check failed over',
            subject: turned.healthCheckId,
            fromMs: turned.fromMs,
            toMs: turned.toMs!,
          },
        ]
      : []),
  ];
}

/** A plan wants every server ready, but users are answered as soon as one of each kind is counted as healthy. */
function firstOfEachServer(sim: Simulator, lives: readonly InstanceLife[]): readonly InstanceLife[] {
  const countedAtMs = ({ targetHealthy, healthy }: InstanceLife) => targetHealthy?.atMs ?? healthy?.atMs ?? 0;
  const first = new Map<string | undefined, InstanceLife>();
  for (const life of [...lives].sort((a, b) => countedAtMs(a) - countedAtMs(b))) {
    const region = sim.region(life.region);
    const instance = region.ec2.instances.get(life.instanceId);
    const server = instance && serverOf(sim, region, instance);
    if (!first.has(server)) first.set(server, life);
  }
  return [...first.values()];
}

/** Commands on an instance that were sent before `beforeMs`, oldest first. */
function commandsOn(sim: Simulator, region: string, instanceId: string, beforeMs: number): Command[] {
  return sim
    .region(region)
    .ssm.commands.all.filter(
      ({ requestedAtMs, invocations }) =>
        requestedAtMs <= beforeMs && invocations.get(instanceId)?.status === 'Success',
    )
    .reverse();
}

function mountOf(commands: readonly Command[], volumeId: string): Command | undefined {
  return commands.findLast((command) => mentions(command, volumeId));
}

/** Guests know volumes by their serial number, which is the id without its dash. */
function mentions({ parameters }: Command, volumeId: string): boolean {
  const values = Object.values(parameters).flat();
  return values.some((value) => value.includes(volumeId) || value.includes(volumeId.replace('-', '')));
}

/** The command during which the server found itself healthy: the one that asked. */
function askedBy(commands: readonly Command[], atMs: number, instanceId: string): Command | undefined {
  return commands.findLast(({ requestedAtMs, invocations }) => {
    const endedAtMs = invocations.get(instanceId)?.endedAtMs ?? Number.NEGATIVE_INFINITY;
    return requestedAtMs <= atMs && atMs <= endedAtMs;
  });
}

function commandStep(
  id: string,
  edge: string,
  subject: string,
  command: Command | undefined,
  instanceId: string,
  after: readonly string[],
): Step | undefined {
  return step(
    id,
    edge,
    subject,
    command?.requestedAtMs,
    command?.invocations.get(instanceId)?.endedAtMs,
    after,
  );
}

/** No step where one of the two instants never came. */
function step(
  id: string,
  edge: string,
  subject: string,
  fromMs: number | undefined,
  toMs: number | undefined,
  after: readonly string[],
): Step | undefined {
  if (fromMs === undefined || toMs === undefined) return undefined;
  return { id, edge, subject, seconds: Math.max(0, toMs - fromMs) / 1000, after };
}
