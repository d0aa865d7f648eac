import type { ServerItem } from '../plan/plan.ts';
import { sayTags } from '../plan/tags.ts';
import { needsAgent } from '../steps/servers/slots.ts';
import { bad, fatal, list, ok, type ReadinessCheck, read, warning } from './finding.ts';
import type { SeenAgent } from './sight.ts';

/** Servers that are started stand ready: they exist, they are stopped, and this is how many. */
export const standingFindings: ReadinessCheck = (plan, sight) =>
  plan.servers.flatMap((item) => {
    const { source } = item;
    if (source.kind !== 'start') return [];
    const name = `servers.${item.name} standing`;
    return read(name, sight.standing[item.name], (instances) => {
      if (instances.length === 0) {
        const what = `no instance in ${plan.regions.recovery} carries ${sayTags(source.tags)}`;
        return fatal(name, what, 'launch and stop them, or correct the tags');
      }
      const others = instances.filter(({ state }) => state !== 'stopped');
      const [first] = others;
      if (!first) return ok(name, `${instances.length} stopped`);
      const what = `${list(others.map(({ id }) => id))} of ${instances.length} ${others.length === 1 ? 'is' : 'are'} ${first.state}`;
      return warning(name, what, 'stop what should wait for a recovery');
    });
  });

/** Systems Manager can reach the servers that something is to be run on. */
export const agentFindings: ReadinessCheck = (plan, sight) =>
  plan.servers.flatMap((item) => {
    if (!needsAgent(plan, item.name, 'failover')) return [];
    const name = `servers.${item.name} agent`;
    return item.source.kind === 'launch'
      ? launchedAgents(name, item, sight)
      : standingAgents(name, item, sight);
  });

type Looking = Parameters<ReadinessCheck>[1];

/** Without an instance profile, only Default Host Management lets an agent in (Systems Manager User Guide). */
function launchedAgents(name: string, item: ServerItem, sight: Looking) {
  const template = item.source.kind === 'launch' ? item.source.template : undefined;
  const wayOut = 'give the launch template a profile with AmazonSSMManagedInstanceCore';
  if (template === undefined) return [warning(name, 'without a launch template there is no profile', wayOut)];
  return read(name, sight.templates[template], (seen) => {
    if (seen === 'absent') return [];
    return seen.profile === undefined
      ? warning(name, `${template} names no instance profile`, wayOut)
      : ok(name, `${template} gives the profile ${seen.profile}`);
  });
}

function standingAgents(name: string, item: ServerItem, sight: Looking) {
  return read(name, sight.standing[item.name], (instances) =>
    read(name, sight.agents, (agents) => {
      const deaf = instances.filter(({ id, state, profileArn }) => {
        const agent: SeenAgent | undefined = agents[id];
        return state === 'running'
          ? agent?.ping !== 'Online'
          : agent === undefined && profileArn === undefined;
      });
      if (deaf.length === 0) return instances.length === 0 ? [] : ok(name, 'online, or with a way to be');
      const ids = list(deaf.map(({ id }) => id));
      return bad(
        name,
        `Systems Manager does not reach ${ids}: no agent is online and, of a stopped one, there is neither a profile nor a last ping`,
        'give it an instance profile with AmazonSSMManagedInstanceCore, start it once and see its ping',
      );
    }),
  );
}

/** The target groups in which servers are registered are there. */
export const targetGroupFindings: ReadinessCheck = (plan, sight) => {
  const groups = [...new Set(plan.servers.flatMap(({ targetGroup }) => targetGroup ?? []))];
  return groups.flatMap((group) => {
    const name = `target group ${group}`;
    return read(name, sight.targetGroups[group], (seen) =>
      seen === 'absent'
        ? fatal(name, `${plan.regions.recovery} has none of this name`, 'create it, or correct the plan')
        : ok(name, 'it is there'),
    );
  });
};
