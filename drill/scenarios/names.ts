import { AwsError } from '../../simulator/errors.ts';
import { someCalls } from './calls.ts';
import { worldFault } from './compute.ts';
import { between, type Scenarios } from './scenario.ts';

/** What goes wrong with names. */
export const nameScenarios: Scenarios = {
  'route53-down': worldFault('route53-down', { facts: ['F8'], probability: 0.15, seconds: [600, 25_200] }),
  'changes-slow': {
    says: 'changes of records take long to be in sync',
    probability: 0.1,
    seconds: [600, 3600],
    begin: ({ sim: { draws } }, given) => draws.stretch('route53.changeInsync', between(2, 20, given)),
  },
  'changes-forgotten': {
    says: 'a change of a record is accepted, and then Route 53 does not know it half of the time',
    facts: ['F9'],
    probability: 0.1,
    seconds: [300, 3600],
    begin: (stage) =>
      someCalls(stage, 'changes-forgotten', 0.5, ({ operation }, input) =>
        operation === 'GetChange' ? { kind: 'error', error: noSuchChange(input) } : undefined,
      ),
  },
};

/** Route 53 API Reference, GetChange. */
function noSuchChange(input: unknown): AwsError {
  const { Id = '' } = input as { readonly Id?: string };
  return new AwsError('NoSuchChange', `A change with the specified change ID does not exist: ${Id}`, 404);
}
