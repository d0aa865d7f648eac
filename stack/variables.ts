import { recoveryKinds } from '../recovery/terms.ts';
import { ownAlarms, probeAlarms, recoveryConditions, witnessConditions } from './alarms.ts';
import { functionsConfig, substitutions } from './functions.ts';
import { responseFunctionsConfig, responseSubstitutions } from './response.ts';
import { roles, witnessRoles } from './roles.ts';
import { forwardingRules, responseRules } from './rules.ts';
import { documents } from './ssm.ts';

/** The parts of `serverless*.yml` that are generated, by the name that they call them: `${lifeboat:roles}`. */
export const variables: Readonly<Record<string, () => object | Promise<object>>> = {
  functions: () => ({ ...functionsConfig(), ...responseFunctionsConfig('recovery') }),
  roles,
  documents,
  rules: responseRules,
  alarms: async () => ({ ...(await probeAlarms()), ...ownAlarms() }),
  conditions: recoveryConditions,
  ...Object.fromEntries(recoveryKinds.map((kind) => [`substitutions.${kind}`, () => substitutions(kind)])),
  'substitutions.response': responseSubstitutions,
  'witness.functions': () => responseFunctionsConfig('witness'),
  'witness.roles': witnessRoles,
  'witness.rules': forwardingRules,
  'witness.conditions': witnessConditions,
};
