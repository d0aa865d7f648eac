import { byHandScenarios } from './by-hand.ts';
import { callScenarios } from './calls.ts';
import { computeScenarios } from './compute.ts';
import { dataScenarios } from './data.ts';
import { eventScenarios } from './events.ts';
import { functionScenarios } from './functions.ts';
import { guestScenarios } from './guests.ts';
import { ledgerScenarios } from './ledger.ts';
import { nameScenarios } from './names.ts';
import { peopleScenarios } from './people.ts';
import { regionScenarios } from './regions.ts';
import type { Scenario, Scenarios } from './scenario.ts';

/** Everything that a storm may be made of, by name. */
export const scenarios: Scenarios = {
  ...regionScenarios,
  ...callScenarios,
  ...computeScenarios,
  ...dataScenarios,
  ...nameScenarios,
  ...functionScenarios,
  ...ledgerScenarios,
  ...eventScenarios,
  ...peopleScenarios,
  ...byHandScenarios,
  ...guestScenarios,
};

/** A scenario by its name. @throws TypeError where there is none */
export function scenarioNamed(name: string): Scenario {
  const scenario = scenarios[name];
  if (!scenario) throw new TypeError(`there is no scenario ${name}`);
  return scenario;
}
