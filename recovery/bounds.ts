import type { Plan } from './plan/plan.ts';
import type { RecoveryKind, StepName } from './terms.ts';

/** A restored copy takes far longer than a promotion: what a drill's databases step gets on top of the plan's bound. */
const restoreExtraSeconds = 2 * 3600;

/** How long a step may work, in seconds, counted from its first record; at the bound it fails and says what it waited for. */
export function stepBoundSeconds(step: StepName, plan: Plan, kind: RecoveryKind): number {
  const longest = (items: readonly { readonly boundSeconds: number }[], least: number) =>
    Math.max(least, ...items.map((item) => item.boundSeconds));
  const servers = longest(plan.servers, 300);
  const volumes = longest(plan.volumes, 300);
  const databases = longest(plan.databases, 300) + (kind === 'drill' ? restoreExtraSeconds : 0);
  switch (step) {
    case 'open':
      return 600;
    case 'servers':
      return servers;
    case 'volumes':
      return servers + volumes;
    case 'mounts':
      // A mount waits for its server and its volume, then needs minutes at most.
      return servers + volumes + 600;
    case 'gate':
      return plan.trigger.approval.boundSeconds;
    case 'fence':
      // A fence that is not required is one call; a required one waits for a person, and holds by itself before this.
      return plan.fence?.required ? plan.trigger.approval.boundSeconds + 300 : 120;
    case 'databases':
      return databases;
    case 'settings':
      return 300;
    case 'reload':
      return plan.reload?.boundSeconds ?? 300;
    case 'verify':
      return longest(plan.verify, 300);
    case 'traffic':
      // The old record's TTL may be hours, and Route 53's control plane has been away for seven (7 December 2021).
      return 8 * 3600;
    case 'settle':
      return 900;
    case 'cleanup':
      // A copy that is being restored cannot be deleted before it is there (RDS API Reference, DeleteDBInstance).
      return 3600 + (plan.databases.length > 0 ? databases : 0);
    case 'sweep':
      return 900;
    case 'conclude':
      // Nothing comes after it: what it cannot write down is lost.
      return 3600;
    default:
      return unreachable(step);
  }
}

function unreachable(step: never): never {
  throw new TypeError(`no bound for the step ${String(step)}`);
}
