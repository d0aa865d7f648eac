import type { Plan } from '../recovery/plan/plan.ts';
import { machineAlarms, overdueAlarms, ownAlarms, probeAlarms, recoveryConditions } from './alarms.ts';
import { metricAlarms, metricConditions } from './metric-alarms.ts';
import { practiceAlarms, practiceSchedules } from './practice.ts';

/** What the stacks make for a plan, or for one of its metrics, by the names that must be each other's own. */
interface Made {
  /** As people call it. */
  readonly owner: string;
  readonly kind: 'the stack itself' | 'plan' | 'metric';
  /** Logical ids, and the names of alarms, which an account has once in a Region. */
  readonly names: readonly string[];
}

/**
 * Two plans, or two metrics, whose names are written alike in the templates: `shop-2` and `shop2`, since a logical id has no
 * hyphens, or `shop-drill`, whose overdue recovery would have the alarm of an overdue drill of `shop`. Of two resources with
 * one id the later replaces the earlier, and nobody would hear of it: an alarm that votes or calls would not be there.
 */
export function clashOf(plans: readonly Plan[]): string | undefined {
  const owners = new Map<string, Made>();
  for (const made of [stackItself(), ...plans.flatMap((plan) => [ofPlan(plan), ...ofMetrics(plan)])]) {
    for (const name of new Set(made.names)) {
      const other = owners.get(name);
      if (other) return say(other, made, name);
      owners.set(name, made);
    }
  }
  return undefined;
}

function say(one: Made, other: Made, name: string): string {
  const both = `${one.owner} and ${other.owner} would both have ${name} in the template`;
  const areMetrics = one.kind === 'metric' && other.kind === 'metric';
  return `${areMetrics ? 'the metrics ' : ''}${both}: rename one of them`;
}

function stackItself(): Made {
  const names = namesIn({ ...machineAlarms(), ...ownAlarms('recovery') });
  return { owner: 'the stack itself', kind: 'the stack itself', names };
}

function ofPlan(plan: Plan): Made {
  const conditions = { ...recoveryConditions([plan]), ...metricConditions([plan]) };
  const resources = [probeAlarms, practiceAlarms, overdueAlarms, practiceSchedules].map((make) =>
    make([plan]),
  );
  return {
    owner: plan.plan,
    kind: 'plan',
    names: [...resources.flatMap(namesIn), ...Object.keys(conditions)],
  };
}

function ofMetrics(plan: Plan): readonly Made[] {
  const { trigger } = plan;
  return (trigger.signals.metrics ?? []).map((metric) => {
    const alone = { ...plan, trigger: { ...trigger, signals: { ...trigger.signals, metrics: [metric] } } };
    return { owner: `${metric.name} of ${plan.plan}`, kind: 'metric', names: namesIn(metricAlarms([alone])) };
  });
}

function namesIn(resources: Readonly<Record<string, object>>): readonly string[] {
  return Object.entries(resources).flatMap(([id, resource]) => {
    const { AlarmName } = (resource as { readonly Properties: { readonly AlarmName?: string } }).Properties;
    return AlarmName === undefined ? [id] : [id, resolved(AlarmName)];
  });
}

/** As the stack is installed: as stage `live`. */
function resolved(name: string): string {
  return name.replace('${self:service}', 'lifeboat').replace('${sls:stage}', 'live');
}
