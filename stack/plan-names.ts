import type { Plan } from '../recovery/plan/plan.ts';
import { isHealthCheckSwitch, isRecordSwitch } from '../recovery/steps/traffic.ts';

/** A record set that a plan changes. */
export interface NamedRecord {
  readonly zone: string;
  readonly type: string;
  readonly name: string;
}

/** What plans name that no tag protects on AWS: a role may do something with it only where a plan names it. */
export interface PlanNames {
  readonly records: readonly NamedRecord[];
  /** Full names of SSM parameters. */
  readonly settings: readonly string[];
  /** Live names that a health check moves; their zones are looked up, since the plan does not say them. */
  readonly healthChecks: readonly string[];
}

/** What no plan names. */
export const nothingNamed: PlanNames = { records: [], settings: [], healthChecks: [] };

/** Each name once, in an order that does not depend on that of the plans. */
export function namesOf(plans: readonly Plan[]): PlanNames {
  const traffic = plans.flatMap((plan) => plan.traffic);
  return joined(
    traffic.filter(isRecordSwitch).map(({ record: { zone, type, name } }) => ({ zone, type, name })),
    plans.flatMap(({ settings }) => settings.map(({ parameter }) => parameter)),
    traffic.filter(isHealthCheckSwitch).map(({ name }) => name),
  );
}

/** The names of either. */
export function union(one: PlanNames, other: PlanNames): PlanNames {
  return joined(
    [...one.records, ...other.records],
    [...one.settings, ...other.settings],
    [...one.healthChecks, ...other.healthChecks],
  );
}

function joined(
  records: readonly NamedRecord[],
  settings: readonly string[],
  healthChecks: readonly string[],
): PlanNames {
  const byText = new Map(records.map((record) => [textOf(record), record]));
  return {
    records: distinct([...byText.keys()]).flatMap((text) => byText.get(text) ?? []),
    settings: distinct(settings),
    healthChecks: distinct(healthChecks),
  };
}

function textOf({ zone, type, name }: NamedRecord): string {
  return `${zone} ${type} ${name}`;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
