import { AwsError } from '../../simulator/errors.ts';
import { interfere } from '../../simulator/world/call-faults.ts';
import { serverError, someCalls } from './calls.ts';
import { between, type Scenarios } from './scenario.ts';

/** What goes wrong with the ledger, which everything else rests on. */
export const ledgerScenarios: Scenarios = {
  'ledger-conflicts': {
    says: 'a share of all conditional writes is told that another one is under way',
    probability: 0.2,
    seconds: [120, 1800],
    begin: (stage, given) =>
      someCalls(stage, 'ledger-conflicts', between(0.1, 0.7, given), ({ service, operation }, input) =>
        service === 's3' && operation === 'PutObject' && isConditional(input)
          ? { kind: 'error', error: conflict() }
          : undefined,
      ),
  },
  'ledger-down': {
    says: "the ledger's bucket answers nothing but errors",
    probability: 0.1,
    seconds: [60, 900],
    silencesLifeboat: true,
    begin: ({ sim }) =>
      interfere(sim, ({ service }) =>
        service === 's3' ? { kind: 'error', error: serverError(service) } : undefined,
      ),
  },
};

function isConditional(input: unknown): boolean {
  const { IfMatch, IfNoneMatch } = input as { readonly IfMatch?: string; readonly IfNoneMatch?: string };
  return IfMatch !== undefined || IfNoneMatch !== undefined;
}

/** Amazon S3 User Guide, "How to prevent object overwrites with conditional writes". */
function conflict(): AwsError {
  const message = 'A conflicting conditional operation is currently in progress against this resource.';
  return new AwsError('ConditionalRequestConflict', message, 409);
}
