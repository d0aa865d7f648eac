import { fenceNeed } from '../steps/fence.ts';
import { bad, list, ok, type ReadinessCheck } from './finding.ts';

/**
 * The fence would have what it needs: a look as the fence's own, of which nothing is done. What it could not even ask for is
 * bad; that it is not held now is as it should be.
 */
export const fenceFindings: ReadinessCheck = (plan, sight) => {
  const { fence } = plan;
  if (!fence || !sight.fence) return [];
  const name = 'fence';
  const never = { memory: undefined, letsGo: false };
  const need = fenceNeed(plan, fence, sight.fence, never, sight.now);
  if (!need.isSeen) {
    const detail = `${list(need.unseen)}; look again, or look for yourself`;
    return [{ name, status: 'unknown', detail }];
  }
  const asked = new Set([
    ...need.stop.map(({ id }) => id),
    ...need.replace.map(({ database }) => database),
    ...need.suspend.map(({ group }) => group),
  ]);
  const members = [...need.groups, ...need.instances, ...need.databases];
  const helpless = members.filter(({ id, state }) => state === 'unfenced' && !asked.has(id));
  const problems = [...need.unseen, ...helpless.map(({ says }) => says)];
  return problems.length === 0
    ? [ok(name, `${members.length} in ${plan.regions.primary} can be cut off`)]
    : [bad(name, `it would not hold: ${list(problems)}`, 'put that right: what is not cut off can write on')];
};
