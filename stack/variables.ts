import { recoveryKinds } from '../recovery/terms.ts';
import { functionsConfig, substitutions } from './functions.ts';
import { roles } from './roles.ts';
import { documents } from './ssm.ts';

/** The parts of `serverless.yml` that are generated, by the name that it calls them: `${lifeboat:roles}`. */
export const variables: Readonly<Record<string, () => object>> = {
  functions: functionsConfig,
  roles,
  documents,
  ...Object.fromEntries(recoveryKinds.map((kind) => [`substitutions.${kind}`, () => substitutions(kind)])),
};
