import { recoveryKinds } from '../recovery/terms.ts';
import {
  machineAlarms,
  overdueAlarms,
  ownAlarms,
  probeAlarms,
  recoveryConditions,
  witnessConditions,
} from './alarms.ts';
import { namesMetadata } from './for-plans.ts';
import { functionsConfig, substitutions } from './functions.ts';
import { forwarder, inbox } from './inbox.ts';
import { installedPlans, recoveringPlans } from './installation.ts';
import { ledgerPolicy } from './ledger.ts';
import { metricAlarms, metricConditions } from './metric-alarms.ts';
import { operatorsPolicy } from './operators.ts';
import { namesOf } from './plan-names.ts';
import { practiceAlarms, practiceLook, practiceSchedules } from './practice.ts';
import { remountSubstitutions, responseFunctionsConfig, responseSubstitutions } from './response.ts';
import { roles, witnessRoles } from './roles.ts';
import { forwardingRules, inboxRules, remountRules, responseRules } from './rules.ts';
import { documents } from './ssm.ts';
import { topic } from './topic.ts';

/** The parts of `serverless*.yml` that are generated, by the name that they call them: `${lifeboat:roles}`. */
export const variables: Readonly<Record<string, () => object | Promise<object>>> = {
  functions: () => ({ ...functionsConfig(), ...responseFunctionsConfig('recovery') }),
  metadata: async () => namesMetadata(namesOf(await recoveringPlans())),
  roles: async () => roles(namesOf(await recoveringPlans())),
  documents,
  ledger: ledgerPolicy,
  operators: operatorsPolicy,
  rules: async () => ({ ...(await responseRules()), ...(await inboxRules()), ...(await remountRules()) }),
  inbox,
  topic,
  alarms: async () => {
    const plans = await installedPlans();
    return {
      ...probeAlarms(plans),
      ...practiceAlarms(plans),
      ...overdueAlarms(plans),
      ...machineAlarms(),
      ...ownAlarms('recovery'),
    };
  },
  practice: async () => ({ ...practiceSchedules(await installedPlans()), ...practiceLook() }),
  conditions: async () => recoveryConditions(await installedPlans()),
  ...Object.fromEntries(recoveryKinds.map((kind) => [`substitutions.${kind}`, () => substitutions(kind)])),
  'substitutions.response': responseSubstitutions,
  'substitutions.remount': remountSubstitutions,
  'witness.functions': () => responseFunctionsConfig('witness'),
  'witness.roles': () => ({ ...witnessRoles(), ...forwarder() }),
  'witness.rules': forwardingRules,
  'witness.conditions': async () => ({
    ...witnessConditions(await installedPlans()),
    ...metricConditions(await recoveringPlans()),
  }),
  'witness.alarms': async () => ({ ...ownAlarms('witness'), ...metricAlarms(await recoveringPlans()) }),
};
