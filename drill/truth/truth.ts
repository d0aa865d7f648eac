import { type ActiveRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { trafficNamespace } from '../../recovery/steps/traffic.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import type { DbInstance } from '../../simulator/rds/state.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import { type Act, actOf, executionArnOf } from './acts.ts';
import { type HealthSpan, HealthWatch } from './health.ts';
import { type Picture, takePicture } from './pictures.ts';
import { type PlacesDown, placesDown } from './signals.ts';
import { targetsOf } from './targets.ts';

/** An account that is watched: what is needed to read what it has written down. */
export interface Watched {
  readonly plans: readonly Plan[];
  readonly recoveryRegion: string;
  readonly ledgerBucket: string;
  readonly machineArns: Readonly<Record<RecoveryKind, string>>;
  readonly responseArn: string;
}

/** A replica whose promotion was asked for, as it was at that instant. */
export interface PromotionSeen {
  readonly act: Act;
  readonly replica: string;
  readonly source: string | undefined;
  /** The lag that RDS measured in the minute of an instant, in seconds; −1 inactive, undefined without a sample. */
  readonly lagAt: (atMs: number) => number | undefined;
}

/** One run of a recovery, as Step Functions has it. */
export interface Run {
  readonly plan: string;
  readonly recovery: string;
  readonly run: number;
  readonly kind: RecoveryKind;
  readonly execution: Execution;
}

/** What the simulator knows of an account and what a recovery cannot have made up: collected from its first instant on. */
export class Truth {
  readonly startMs: number;
  readonly acts: Act[] = [];
  readonly promotions: PromotionSeen[] = [];
  /** One for each execution of a failover that ended well. */
  readonly pictures: Picture[] = [];
  /** The places that saw a primary down: each minute, whenever somebody assessed its plan, and when a failover was started. */
  readonly signals: PlacesDown[] = [];
  /** How far the clock of Lifeboat's functions was from the true one, and since when: what they date is as wrong. */
  readonly #skews: { readonly atMs: number; readonly skewMs: number }[] = [];
  /** Volumes that AWS took on and could not make: they are gone soon after, and were made all the same. */
  readonly failedVolumes = new Set<string>();
  /** Instances that are terminated: EC2 shows them for an hour only, and they were made all the same. */
  readonly terminated = new Set<string>();
  readonly watched: Watched;
  readonly #sim: Simulator;
  readonly #health: HealthWatch;
  /** Regions that AWS Health has said are in trouble. */
  readonly #reported = new Set<string>();
  /** How many calls each caller has made. */
  readonly #calls = new Map<string, number>();
  #signalsAtMs = Number.NEGATIVE_INFINITY;

  constructor(sim: Simulator, watched: Watched) {
    this.#sim = sim;
    const isThere = ({ regions: { primary, recovery } }: Plan) =>
      [primary, recovery].every((name) => sim.regions.some((region) => region.name === name));
    // A plan of other Regions than the world's may be installed with the others; nothing of it can be seen.
    this.watched = { ...watched, plans: watched.plans.filter(isThere) };
    this.startMs = sim.clock.nowMs();
    const { runsIn, recoversIn } = worldOf(sim).world.application;
    this.#health = new HealthWatch(sim, [runsIn, recoversIn], () => this.#isRunning());
    this.#listen();
  }

  /** What the application of a Region did for its users, as far as it was watched: while failovers run and hold traffic. */
  get health(): readonly HealthSpan[] {
    return this.#health.spans;
  }

  /** Every run of every recovery, in the order of their starts. */
  get runs(): readonly Run[] {
    const { machineArns, recoveryRegion } = this.watched;
    return this.#sim.region(recoveryRegion).states.executions.flatMap((execution) => {
      const kind = execution.machine.arn === machineArns.drill ? 'drill' : 'failover';
      if (execution.machine.arn !== machineArns[kind]) return [];
      const { plan, recovery, run } = JSON.parse(execution.input) as Partial<Run>;
      return plan && recovery && run ? [{ plan, recovery, run, kind, execution }] : [];
    });
  }

  /** How many calls the functions of a recovery have made so far, in all its runs. */
  callsOf(recovery: string, runs: readonly Run[] = this.runs): number {
    const arns = new Set(
      runs.filter((run) => run.recovery === recovery).map(({ execution }) => execution.arn),
    );
    const { invocations } = this.#sim.region(this.watched.recoveryRegion).lambda;
    return invocations
      .filter((invocation) => arns.has(executionArnOf(invocation) ?? ''))
      .reduce((sum, { accessKeyId }) => sum + (this.#calls.get(accessKeyId) ?? 0), 0);
  }

  /** What is in the ledger under a key now. */
  read<T>(key: string): T | undefined {
    return parsed<T>(this.#sim.s3.read(this.watched.ledgerBucket, key)?.body);
  }

  /** Everything that was ever written under a key, and when, the oldest first. */
  versions<T>(key: string): readonly { readonly atMs: number; readonly value: T }[] {
    return this.#sim.s3.versions(this.watched.ledgerBucket, key).flatMap(({ body, modifiedAtMs: atMs }) => {
      const value = parsed<T>(body);
      return value === undefined ? [] : [{ atMs, value }];
    });
  }

  /** What is under a prefix now, with when it was written. */
  under<T>(prefix: string): readonly { readonly key: string; readonly atMs: number; readonly value: T }[] {
    return this.#sim.s3
      .list(this.watched.ledgerBucket, prefix)
      .flatMap(({ key, body, modifiedAtMs: atMs }) => {
        const value = parsed<T>(body);
        return value === undefined ? [] : [{ key, atMs, value }];
      });
  }

  /** Who held a plan's lock, over time. */
  locks(plan: string): readonly { readonly atMs: number; readonly value: ActiveRecord }[] {
    return this.versions<ActiveRecord>(ledgerKeys.active(plan));
  }

  /** How wrong the clock of Lifeboat's functions was between two instants, at the most. */
  skewMsIn(fromMs: number, toMs: number): number {
    const within = this.#skews.filter(
      ({ atMs }, i) => atMs <= toMs && (this.#skews[i + 1]?.atMs ?? Number.POSITIVE_INFINITY) >= fromMs,
    );
    return Math.max(0, ...within.map(({ skewMs }) => skewMs));
  }

  #listen(): void {
    const { recoveryRegion, machineArns } = this.watched;
    this.#sim.faults.unshift((call, input) => {
      const atMs = this.#sim.clock.nowMs();
      const { accessKeyId, arn } = call.caller;
      const calls = this.#calls.get(accessKeyId) ?? 0;
      this.#calls.set(accessKeyId, calls + 1);
      // At the first call of each look that somebody takes at the plans, and else each minute while anything happens.
      const isLooking = calls === 0 && arn.endsWith('-assess');
      if (isLooking || atMs - this.#signalsAtMs >= 60_000) this.#lookAtSignals(atMs);
      const act = actOf(call, input, atMs);
      const skewMs = Math.abs(this.#sim.region(recoveryRegion).lambda.clockSkewMs);
      if (skewMs !== (this.#skews.at(-1)?.skewMs ?? 0)) this.#skews.push({ atMs, skewMs });
      if (act) this.#note({ ...act, targets: targetsOf(this.#sim, act) });
      return undefined;
    });
    this.#sim.region(recoveryRegion).states.onHistoryEvent((execution, { type }) => {
      if (execution.machine.arn !== machineArns.failover) return;
      if (type === 'ExecutionSucceeded') this.#takePicture(execution);
      if (type !== 'ExecutionStarted') return;
      this.#lookAtSignals(this.#sim.clock.nowMs());
      this.#health.begin();
    });
    for (const { events, ec2 } of this.#sim.regions) {
      ec2.onInstanceState(({ id, state }) => {
        if (state === 'terminated') this.terminated.add(id);
      });
      events.onEvent((_bus, { source, resources, detail }) => {
        const { event, result, eventRegion, statusCode } = detail as Readonly<Record<string, unknown>>;
        if (source === 'aws.ec2' && event === 'createVolume' && result === 'failed')
          for (const arn of resources) this.failedVolumes.add(arn.slice(arn.lastIndexOf('/') + 1));
        if (source !== 'aws.health' || typeof eventRegion !== 'string') return;
        if (statusCode === 'closed') this.#reported.delete(eventRegion);
        else this.#reported.add(eventRegion);
      });
    }
  }

  #note(act: Act): void {
    this.acts.push(act);
    if (act.operation === 'ChangeResourceRecordSets' || act.input['Namespace'] === trafficNamespace) {
      this.#health.begin();
      this.#health.lookNow();
    }
    if (act.operation !== 'PromoteReadReplica') return;
    const replica = String(act.input['DBInstanceIdentifier']);
    const { rds } = this.#sim.region(act.region);
    const instance: DbInstance | undefined = rds.instances.get(replica);
    this.promotions.push({
      act,
      replica,
      source: instance?.replicaSource,
      lagAt: (atMs) => instance && rds.lag.at(instance, atMs),
    });
  }

  #takePicture({ arn, input }: Execution): void {
    const { plan: name, recovery } = JSON.parse(input) as Partial<Run>;
    const plan = this.watched.plans.find((each) => each.plan === name);
    if (plan && recovery) this.pictures.push(takePicture(this.#sim, plan, { arn, recovery }));
  }

  /** Votes are levels: what stood a moment ago stands. */
  #lookAtSignals(atMs: number): void {
    if (atMs - this.#signalsAtMs < 5_000) return;
    this.#signalsAtMs = atMs;
    for (const plan of this.watched.plans) {
      const places = placesDown(this.#sim, plan, this.#reported.has(plan.regions.primary));
      this.signals.push({ atMs, plan: plan.plan, places });
      if (places.length > 0) this.#health.begin();
    }
  }

  #isRunning(): boolean {
    return this.runs.some(({ kind, execution }) => kind === 'failover' && execution.status === 'RUNNING');
  }
}

const truths = new WeakMap<Simulator, Truth>();

/** Begins to watch an account, once it is deployed. */
export function watchTruth(sim: Simulator, watched: Watched): void {
  truths.set(sim, new Truth(sim, watched));
}

/** What is known of an account since. @throws TypeError for one that nobody watches */
export function truthOf(sim: Simulator): Truth {
  const truth = truths.get(sim);
  if (!truth) throw new TypeError('nobody watches this account');
  return truth;
}

function parsed<T>(body: Uint8Array | undefined): T | undefined {
  return body && (JSON.parse(new TextDecoder().decode(body)) as T);
}
