import type { Plan } from '../../recovery/plan/plan.ts';
import type { Picture } from '../truth/pictures.ts';
import { type Law, runsOf, type Scene, wasTaken } from './scene.ts';

/**
 * What is called recovered is as its plan says, at the instant at which its run ended: the live names lead to the recovery
 * Region, each volume is at its device and mounted at its path, and the databases that it promoted keep their backups.
 */
export const recoveredAsPlanned: Law = (scene) =>
  scene.recoveries
    .filter(({ outcome, kind }) => outcome === 'recovered' && kind === 'failover')
    .flatMap(({ plan, recovery }) => {
      const picture = pictureOf(scene, recovery);
      if (!picture) return [];
      const found = [
        ...aboutNames(picture),
        ...aboutVolumes(picture, plan),
        ...aboutBackups(scene, picture, plan, recovery),
      ];
      return found.map((what) => ({
        recovery,
        plan: plan.plan,
        atMs: picture.atMs,
        message: `${recovery} is called recovered, and ${what}`,
      }));
    });

function pictureOf(scene: Scene, recovery: string): Picture | undefined {
  const arns = new Set(runsOf(scene, recovery).map(({ execution }) => execution.arn));
  return scene.truth.pictures.findLast(({ executionArn }) => arns.has(executionArn));
}

function aboutNames({ names }: Picture): readonly string[] {
  return names
    .filter(({ isRight }) => !isRight)
    .map(
      ({ name, wants, leads }) => `the live name ${name} led to ${leads[0] ?? 'nowhere'}, not to ${wants}`,
    );
}

function aboutVolumes({ volumes }: Picture, plan: Plan): readonly string[] {
  return plan.volumes.flatMap(({ name, attach, mount }) => {
    const seen = volumes.filter(({ item }) => item === `volumes.${name}`);
    if (seen.length === 0) return [`no volume of volumes.${name} was on any server`];
    const elsewhere = seen
      .filter(({ device }) => device !== attach.device)
      .map(
        ({ id, device, instanceId }) =>
          `${id} of volumes.${name} was at ${device} of ${instanceId}, not at ${attach.device}`,
      );
    // A slow server that was replaced may have one too, and it is mounted nowhere.
    const isMounted = !mount || seen.some(({ paths }) => paths.includes(mount.path));
    return isMounted
      ? elsewhere
      : [...elsewhere, `no volume of volumes.${name} was mounted at ${mount.path}`];
  });
}

function aboutBackups(scene: Scene, { retention }: Picture, plan: Plan, recovery: string): readonly string[] {
  const promoted = new Set(
    scene.truth.promotions
      .filter(({ act }) => scene.runOf(act)?.recovery === recovery && wasTaken(scene, act))
      .map(({ replica }) => replica),
  );
  return plan.databases.flatMap(({ replica, backupRetentionDays: wants }) => {
    const days = retention.get(replica);
    if (!promoted.has(replica) || days === undefined || days === wants) return [];
    return [`${replica}, which it promoted, kept its backups for ${days} days, not for ${wants}`];
  });
}
