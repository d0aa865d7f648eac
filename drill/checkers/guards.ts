import { ledgerKeys, type PauseRecord, type PeriodRecord } from '../../recovery/ledger.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import { isAutomatic } from './decisions.ts';
import { type Finding, type Law, type Scene, timeOf } from './scene.ts';

/** What somebody has done this long before a recovery begins must be known to whoever decides: a look, and its invocation. */
const knownMs = 150_000;

/** A beginning that nobody asked for. */
interface Beginning {
  readonly plan: string;
  readonly recovery: string;
  readonly atMs: number;
}

/**
 * Nothing recovers by itself what a person has paused, nor what an earlier recovery has brought to the recovery Region and
 * nobody has taken over: by the versions of what people wrote, which nobody can date back.
 */
export const guardsStood: Law = (scene) =>
  beginningsIn(scene).flatMap((beginning) => [...paused(scene, beginning), ...stillThere(scene, beginning)]);

function beginningsIn(scene: Scene): readonly Beginning[] {
  const begun = new Set<string>();
  return scene.runs
    .filter(({ kind, plan, recovery }) => kind === 'failover' && isAutomatic(scene, plan, recovery))
    .filter(({ recovery }) => !begun.has(recovery) && begun.add(recovery) !== undefined)
    .map(({ plan, recovery, execution }) => ({ plan, recovery, atMs: execution.startedAtMs }));
}

function paused({ truth }: Scene, { plan, recovery, atMs }: Beginning): readonly Finding[] {
  return [ledgerKeys.pause(plan), ledgerKeys.brake].flatMap((key) => {
    const written = truth.versions<PauseRecord>(key).filter((each) => each.atMs <= atMs);
    const last = written.at(-1);
    if (!last || last.value.liftedAt !== undefined || last.atMs > atMs - knownMs) return [];
    const what = key === ledgerKeys.brake ? 'everything' : plan;
    return [
      {
        atMs,
        plan,
        recovery,
        message: `${recovery} began by itself at ${timeOf(atMs)}, and ${last.value.by} had paused ${what} at ${timeOf(last.atMs)}`,
      },
    ];
  });
}

function stillThere({ truth, recoveries }: Scene, { plan, recovery, atMs }: Beginning): readonly Finding[] {
  const acknowledged = truth
    .versions<PeriodRecord>(ledgerKeys.period(plan))
    .filter((each) => each.atMs <= atMs && each.value.acknowledged !== undefined);
  return recoveries
    .filter((each) => each.kind === 'failover' && each.plan.plan === plan && each.recovery !== recovery)
    .flatMap(({ recovery: earlier }) => {
      const ended = truth
        .versions<RunEvidence>(ledgerKeys.evidence(plan, earlier))
        .find(({ value }) => value.outcome === 'recovered');
      if (!ended || ended.atMs > atMs - knownMs) return [];
      if (acknowledged.some((each) => each.atMs > ended.atMs)) return [];
      return [
        {
          atMs,
          plan,
          recovery,
          message: `${recovery} began by itself at ${timeOf(atMs)}, and ${earlier} had recovered ${plan} at ${timeOf(ended.atMs)} and nobody had taken it over`,
        },
      ];
    });
}
