import { tagKeys } from '../../recovery/identity.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { ResourceRef } from '../../recovery/terms.ts';
import { isObject } from '../../simulator/json.ts';
import { inventory } from '../../simulator/world/inventory.ts';
import { type Act, kindOfCaller } from '../truth/acts.ts';
import { type Finding, hasFailovers, keyOf, type Law, type Scene } from './scene.ts';

/** Failovers touch only what carries the tag of their plan or their own, and each of them nothing of another plan. */
export const onlyWhatIsOurs: Law = (scene) => {
  if (!hasFailovers(scene)) return [];
  const { difference, excused } = scene;
  const plans = plansOf(scene);
  const names = plans.map(({ plan }) => plan).join(' and ');
  const others = new Set(excused.map(keyOf));
  const deleted = difference.deleted
    .filter((one) => !others.has(keyOf(one)))
    .map((one) => ({
      message: `${one.type} ${one.id} in ${one.region} is gone after a failover of ${names}`,
    }));
  const isOurs = owner(scene, plans);
  const changed = difference.changed
    .filter(({ resource }) => !others.has(keyOf(resource)) && !isOurs(resource))
    .map(({ resource: { type, id, region }, path }) => ({
      message: `${path} of ${type} ${id} in ${region} changed in a failover of ${names}, and it is not the plan's`,
    }));
  return [...deleted, ...changed, ...scene.truth.acts.flatMap((act) => ofAnother(scene, act))];
};

/** The plans that were failed over. */
function plansOf({ recoveries }: Scene): readonly Plan[] {
  const failovers = recoveries.filter(({ kind }) => kind === 'failover').map(({ plan }) => plan);
  return [...new Map(failovers.map((plan) => [plan.plan, plan])).values()];
}

/** Tells what failovers may change: what carries the tag of one of their plans, and the records that these name. */
function owner({ sim, difference }: Scene, plans: readonly Plan[]): (resource: ResourceRef) => boolean {
  if (difference.changed.length === 0) return () => false;
  const names = new Set(plans.map(({ plan }) => plan));
  const tagged = new Set(
    inventory(sim)
      .filter(({ attributes: { tags } }) => isObject(tags) && names.has(String(tags[tagKeys.plan])))
      .map(keyOf),
  );
  return (resource) => tagged.has(keyOf(resource)) || plans.some((plan) => isPlansRecord(plan, resource));
}

function isPlansRecord({ traffic }: Plan, { type, id }: ResourceRef): boolean {
  if (type !== 'record') return false;
  return traffic.some(
    (item) =>
      item.via === 'record' && id.startsWith(`${item.record.zone}|${item.record.name.replace(/\.?$/, '.')}|`),
  );
}

/** What a failover's own calls were made on, where another plan's tag stood on it. */
function ofAnother(scene: Scene, act: Act): readonly Finding[] {
  if (kindOfCaller(act) !== 'failover' || scene.recordOf(act)?.outcome !== 'ok') return [];
  const run = scene.runOf(act);
  if (!run) return [];
  return act.targets
    .filter(({ plan }) => plan !== undefined && plan !== run.plan)
    .map(({ type, id, plan }) => ({
      atMs: act.atMs,
      recovery: run.recovery,
      message: `${run.recovery} called ${act.operation} on ${type} ${id}, which is of the plan ${plan}`,
    }));
}
