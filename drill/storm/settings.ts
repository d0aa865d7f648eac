import { canonicalHash } from '../../recovery/plan/hash.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { World } from '../../simulator/world/schema.ts';
import { byRecord } from './by-record.ts';

/** Plans, and the world that they are installed in. */
export interface Grounds {
  readonly plans: readonly Plan[];
  readonly world: World;
}

interface Setting {
  /** How likely a disaster is set so; the shares add up to one. */
  readonly share: number;
  readonly vary: (set: Grounds) => Grounds;
}

/** How the plans of a storm differ from those that were given. */
const settings = {
  /** The plans as they are. */
  usual: { share: 0.6, vary: (set) => set },
  /** A person has to approve a failover. */
  approve: {
    share: 0.12,
    vary: each((plan) => ({ ...plan, trigger: { ...plan.trigger, mode: 'approve' } })),
  },
  /** Two people have to approve a failover. */
  approveTwice: {
    share: 0.08,
    vary: each((plan) => ({
      ...plan,
      trigger: { ...plan.trigger, mode: 'approve', approval: { ...plan.trigger.approval, people: 2 } },
    })),
  },
  /** Nothing is promoted before the old primary is known to be cut off. */
  fenceRequired: {
    share: 0.1,
    vary: each((plan) => (plan.fence ? { ...plan, fence: { ...plan.fence, required: true } } : plan)),
  },
  /** Traffic is moved by a change of the record, through Route 53's control plane. */
  record: { share: 0.09, vary: byRecord },
  /** Forty plans are lost at once; but for the given ones they only have to be verified. */
  forty: { share: 0.01, vary: forty },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as readonly SettingName[];

/** The setting into whose share of [0, 1) a draw falls. */
export function drawnSetting(drawn: number): SettingName {
  let sum = 0;
  const found = settingNames.find((name) => {
    sum += settings[name].share;
    return drawn < sum;
  });
  return found ?? 'usual';
}

/** The plans and the world of a setting: a plan that differs has another hash, as a changed file would have. */
export function varied(setting: SettingName, set: Grounds): Grounds {
  const { plans, world } = settings[setting].vary(set);
  const known = new Map(set.plans.map((plan) => [plan, plan.hash]));
  return { world, plans: plans.map((plan) => (known.has(plan) ? plan : hashed(plan))) };
}

function hashed({ hash: _, ...plan }: Plan): Plan {
  return { ...plan, hash: canonicalHash(plan) };
}

function each(vary: (plan: Plan) => Plan): Setting['vary'] {
  return ({ plans, world }) => ({ plans: plans.map(vary), world });
}

function forty({ plans, world }: Grounds): Grounds {
  const [plan] = plans;
  if (!plan) return { plans, world };
  const { fence: _, reload: __, notify: ___, ...rest } = plan;
  const nothing = { databases: [], servers: [], volumes: [], settings: [], traffic: [], after: [] };
  const others = Array.from({ length: 40 - plans.length }, (_unused, place): Plan => {
    const drill = { ...plan.drill, schedules: [] };
    return { ...rest, ...nothing, drill, plan: `app-${String(place + 1).padStart(2, '0')}` };
  });
  return { plans: [...plans, ...others], world };
}
