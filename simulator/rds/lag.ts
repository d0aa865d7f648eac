import type { Rds } from './rds.ts';
import type { DbInstance } from './state.ts';

/** Seconds, `inactive` (RDS reports −1), or `idle`: a PostgreSQL whose source writes nothing. */
export type LagShape = number | 'inactive' | 'idle';

const minuteMs = 60_000;
/** The lag in seconds that says that replication is not active (RDS User Guide, USER_ReadRepl). */
export const inactiveLag = -1;
/** An idle source of PostgreSQL writes a transaction every five minutes; the replica seems to lag in between (same guide). */
const idleSawtoothMs = 300_000;
/** How long a MySQL replica waits before it takes a silent source for lost (`slave_net_timeout`, default 60 s). */
const netTimeoutMs = 60_000;

/** Why a source is gone: its Region is silent, or the zone that it is served from. */
export type DeathCause = 'region' | 'zone';

/** A time in which a replica heard nothing of its source; it has no end while a cause of it lasts. */
interface Outage {
  readonly fromMs: number;
  readonly toMs?: number;
  readonly causes: ReadonlySet<DeathCause>;
}

interface Setting {
  readonly fromMs: number;
  readonly shape: LagShape;
}

/**
 * How far the replicas of one Region are behind. A minute's value is a function of the seed, the replica and the minute, so
 * it is there for any minute of the past, although nothing runs while nobody reads.
 */
export class ReplicaLag {
  readonly #rds: Rds;
  readonly #settings = new Map<string, Setting[]>();
  readonly #sourceOutages = new Map<string, readonly Outage[]>();
  readonly #startedAtMs = new Map<string, number>();
  readonly #stoppedAtMs = new Map<string, number>();
  readonly #pauses = new Map<string, { readonly fromMs: number; readonly toMs: number }[]>();
  readonly #drawn = new Map<string, number>();
  #published = false;

  constructor(rds: Rds) {
    this.#rds = rds;
  }

  set(replicaId: string, shape: LagShape, fromMs: number): void {
    this.#settings.set(replicaId, [...(this.#settings.get(replicaId) ?? []), { fromMs, shape }]);
  }

  /** A source may die again and again: what was measured meanwhile stays what it was. */
  markSourceDead(replicaId: string, cause: DeathCause, atMs: number): void {
    const { ended, lasting } = this.#outagesOf(replicaId);
    const { fromMs, causes } = lasting ?? { fromMs: atMs, causes: new Set<DeathCause>() };
    this.#sourceOutages.set(replicaId, [...ended, { fromMs, causes: new Set([...causes, cause]) }]);
  }

  /** A source is back when nothing keeps it away any more. */
  markSourceBack(replicaId: string, cause: DeathCause, atMs: number): void {
    const { ended, lasting } = this.#outagesOf(replicaId);
    if (!lasting) return;
    const causes = new Set([...lasting.causes].filter((each) => each !== cause));
    const now = causes.size > 0 ? { ...lasting, causes } : { ...lasting, causes, toMs: atMs };
    this.#sourceOutages.set(replicaId, [...ended, now]);
  }

  #outagesOf(replicaId: string): { readonly ended: readonly Outage[]; readonly lasting: Outage | undefined } {
    const outages = this.#sourceOutages.get(replicaId) ?? [];
    const last = outages.at(-1);
    return last && last.toMs === undefined
      ? { ended: outages.slice(0, -1), lasting: last }
      : { ended: outages, lasting: undefined };
  }

  /** A replica that was made while the world runs has begun to replicate. */
  start(replicaId: string): void {
    this.#startedAtMs.set(replicaId, this.#rds.sim.clock.nowMs());
  }

  /** Replication ended for good: the metric stops. */
  stop(replicaId: string): void {
    this.#stoppedAtMs.set(replicaId, this.#rds.sim.clock.nowMs());
  }

  /** Replication that had stopped goes on; of the time in between there are no samples. */
  goOn(replicaId: string): void {
    const fromMs = this.#stoppedAtMs.get(replicaId);
    if (fromMs === undefined) return;
    this.#stoppedAtMs.delete(replicaId);
    const toMs = this.#rds.sim.clock.nowMs();
    this.#pauses.set(replicaId, [...(this.#pauses.get(replicaId) ?? []), { fromMs, toMs }]);
  }

  /** Another instance may take the identifier of one that is gone. */
  forget(replicaId: string): void {
    const dates = [this.#startedAtMs, this.#stoppedAtMs];
    for (const known of [this.#settings, this.#pauses, this.#sourceOutages, ...dates])
      known.delete(replicaId);
  }

  /** Offers `AWS/RDS ReplicaLag` to the Region's CloudWatch. */
  publish(): void {
    if (this.#published) return;
    this.#published = true;
    const { instances, sim, region } = this.#rds;
    sim.region(region).cloudwatch.addProvider(
      'AWS/RDS',
      'ReplicaLag',
      (dimensions, periodStartMs) => {
        const replica = instances.get(dimensions['DBInstanceIdentifier'] ?? '');
        return replica && Object.keys(dimensions).length === 1 ? this.at(replica, periodStartMs) : undefined;
      },
      () =>
        [...instances.values()]
          .filter((instance) => instance.replicaSource !== undefined)
          .map(({ id }) => ({ DBInstanceIdentifier: id })),
    );
  }

  /** The lag in seconds that RDS measured in the minute of `atMs`: −1 inactive, undefined where there is no sample. */
  at(replica: DbInstance, atMs: number): number | undefined {
    const minute = Math.floor(atMs / minuteMs);
    const measuredMs = minute * minuteMs;
    const stoppedAtMs = this.#stoppedAtMs.get(replica.id);
    if (stoppedAtMs === undefined ? replica.replicaSource === undefined : measuredMs >= stoppedAtMs)
      return undefined;
    const isPaused = (this.#pauses.get(replica.id) ?? []).some(
      ({ fromMs, toMs }) => measuredMs >= fromMs && measuredMs < toMs,
    );
    if (isPaused) return undefined;
    const startedAtMs = this.#startedAtMs.get(replica.id) ?? replica.createdAtMs;
    if (replica.status === 'creating' || measuredMs < startedAtMs) return undefined;
    const outage = (this.#sourceOutages.get(replica.id) ?? []).find(
      ({ fromMs, toMs = Number.POSITIVE_INFINITY }) => measuredMs >= fromMs && measuredMs < toMs,
    );
    if (!outage) return this.#whileSourceLives(replica, minute);
    return this.#afterSourceDied(replica, measuredMs, outage.fromMs);
  }

  #whileSourceLives(replica: DbInstance, minute: number): number {
    const settings = this.#settings.get(replica.id) ?? [];
    const shape = settings.findLast(({ fromMs }) => fromMs <= minute * minuteMs)?.shape;
    if (shape === 'inactive') return inactiveLag;
    if (shape === 'idle') return ((minute * minuteMs) % idleSawtoothMs) / 1000;
    return shape ?? this.#normal(replica, minute);
  }

  #afterSourceDied(replica: DbInstance, measuredMs: number, deadAtMs: number): number {
    const before = this.#whileSourceLives(replica, Math.floor((deadAtMs - 1) / minuteMs));
    if (before === inactiveLag) return inactiveLag;
    if (replica.engine === 'postgres') return before + Math.round((measuredMs - deadAtMs) / 1000);
    return measuredMs < deadAtMs + netTimeoutMs ? before : inactiveLag;
  }

  #normal(replica: DbInstance, minute: number): number {
    const subject = `${replica.arn}/${minute}`;
    const known = this.#drawn.get(subject);
    if (known !== undefined) return known;
    const drawn = Math.round(this.#rds.sim.draws.sample('rds.replicaLag.normal', subject) * 1000) / 1000;
    this.#drawn.set(subject, drawn);
    return drawn;
  }
}
