import { regionHealth } from '../../simulator/world/health.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import type { HealthSpan } from '../truth/health.ts';
import { type JudgedRecovery, type Law, runsOf, type Scene } from './scene.ts';

/** A recovery may serve before its last step is over, and is looked at until it is judged. */
const beforeEndMs = 600_000;

/**
 * What is called recovered must serve: now, or at a look around its end. What strikes a Region hours later is no word on the
 * recovery that was done in it.
 */
export const recoveredServes: Law = (scene) =>
  recoveredIn(scene).flatMap(({ plan, recovery }) => {
    const health = regionHealth(scene.sim, plan.regions.recovery);
    if (health.healthy || hasServed(scene, recovery, plan.regions.recovery)) return [];
    return [{ recovery, message: `the recovery is called recovered, but ${health.missing.join(', ')}` }];
  });

function recoveredIn({ recoveries }: Scene): readonly JudgedRecovery[] {
  return recoveries.filter(({ outcome }) => outcome === 'recovered');
}

function hasServed(scene: Scene, recovery: string, region: string): boolean {
  const endedAtMs = runsOf(scene, recovery).at(-1)?.execution.stoppedAtMs;
  if (endedAtMs === undefined) return false;
  const wasSeen = ({ healthy, toMs }: HealthSpan) => healthy && toMs >= endedAtMs - beforeEndMs;
  return scene.truth.health.some((span) => span.region === region && wasSeen(span));
}

/** What is called recovered has databases of its own. */
export const recoveredWrites: Law = (scene) =>
  recoveredIn(scene).flatMap(({ plan, recovery }) =>
    plan.databases
      .filter(({ replica }) => !isWritable(scene, plan.regions.recovery, replica))
      .map(({ replica }) => ({
        recovery,
        message: `the recovery is called recovered, but ${replica} cannot be written`,
      })),
  );

/** Now, or once: a database that was promoted stays one that takes writes, until something else happens to it. */
function isWritable({ sim }: Scene, region: string, id: string): boolean {
  const wasPromoted = worldOf(sim).timeline.databases.some(
    (span) => span.region === region && span.id === id && span.how === 'promoted',
  );
  return wasPromoted || sim.region(region).rds.isWritable(id);
}
