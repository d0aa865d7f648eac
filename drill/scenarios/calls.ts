import { AwsError } from '../../simulator/errors.ts';
import type { Call, ServiceName } from '../../simulator/service.ts';
import type { Interference } from '../../simulator/simulator.ts';
import { interfere, loseFirstAnswers, throttle } from '../../simulator/world/call-faults.ts';
import { between, type End, endAll, type Scenarios, type Stage } from './scenario.ts';

/** What goes wrong between a caller and AWS, whoever calls; the workflow's own engine is left alone. */
export const callScenarios: Scenarios = {
  throttled: {
    says: 'a share of all calls is throttled',
    facts: ['F5'],
    probability: 0.2,
    seconds: [60, 1800],
    begin: ({ sim }, given) => throttle(sim, between(0.05, 0.5, given)),
  },
  'server-errors': {
    says: 'a share of all calls is answered with an error of the service, and does nothing',
    probability: 0.2,
    seconds: [60, 1800],
    begin: (stage, given) =>
      someCalls(stage, 'server-errors', between(0.02, 0.35, given), ({ service }) => ({
        kind: 'error',
        error: serverError(service),
      })),
  },
  'calls-hang': {
    says: 'a share of all calls is never answered, and does nothing',
    probability: 0.2,
    seconds: [60, 1800],
    begin: (stage, given) =>
      someCalls(stage, 'calls-hang', between(0.01, 0.15, given), () => ({ kind: 'hang' })),
  },
  'answers-lost': {
    says: 'a share of the calls that change something acts, and the answer is lost',
    probability: 0.2,
    seconds: [60, 1800],
    begin: (stage, given) =>
      someCalls(stage, 'answers-lost', between(0.05, 0.5, given), (call) =>
        changes(call) ? { kind: 'loseAnswer' } : undefined,
      ),
  },
  'first-answers-lost': {
    says: 'the first call of each operation that changes something acts, and its answer is lost',
    facts: ['F6'],
    probability: 0.1,
    seconds: [600, 3600],
    begin: ({ sim }) => loseFirstAnswers(sim),
  },
  'calls-late': {
    says: 'a share of all calls is answered late',
    probability: 0.15,
    seconds: [60, 1800],
    begin: (stage, given) =>
      someCalls(stage, 'calls-late', 0.3, ({ requestId }) => ({
        kind: 'delay',
        seconds: between(1, 20, given) * stage.sim.draws.unit('storm.calls-late.seconds', requestId),
      })),
  },
  'stale-reads': {
    says: 'what was made or changed is long not to be seen where one looks for it',
    probability: 0.2,
    seconds: [300, 3600],
    begin: ({ sim: { draws } }, given) =>
      endAll(
        draws.stretch('ec2.describeConsistencyLag', between(3, 30, given)),
        draws.stretch('rds.describeConsistencyLag', between(3, 30, given)),
        draws.stretch('rds.promote.apiToStatusChangeLag', between(1, 3, given)),
        draws.stretch('ssm.getInvocationLag', between(1, 10, given)),
      ),
  },
  'identity-down': {
    says: 'STS and IAM answer nobody; credentials that exist go on',
    facts: ['F10'],
    probability: 0.1,
    seconds: [120, 3600],
    begin: ({ sim }) =>
      interfere(sim, ({ service }) =>
        service === 'sts' || service === 'iam' ? { kind: 'error', error: serverError(service) } : undefined,
      ),
  },
  'descriptions-fail': {
    says: 'EC2 in the recovery Region describes nothing half of the time, since a zone is down',
    facts: ['F20'],
    probability: 0.1,
    seconds: [60, 900],
    begin: (stage) =>
      someCalls(stage, 'descriptions-fail', 0.5, ({ service, operation, region }) =>
        service === 'ec2' && operation.startsWith('Describe') && region === stage.recovery.name
          ? { kind: 'error', error: new AwsError('InternalError', 'An internal error has occurred', 500) }
          : undefined,
      ),
  },
};

/** Interferes with a share of the calls, drawn for each. */
export function someCalls(
  { sim }: Stage,
  name: string,
  share: number,
  how: (call: Call, input: unknown) => Interference | undefined,
): End {
  return interfere(sim, (call, input) => {
    if (call.service === 'states') return undefined;
    const interference = how(call, input);
    const subject = `${call.caller.accessKeyId}/${call.operation}`;
    return interference && sim.draws.chance(share, `storm.${name}`, subject) ? interference : undefined;
  });
}

/** Whether a call changes something. */
export function changes({ operation }: Call): boolean {
  return !/^(Describe|Get|List|Head)/.test(operation);
}

/** How each service says that it has failed, in its own documentation of errors. */
export function serverError(service: ServiceName): AwsError {
  switch (service) {
    case 'ec2':
      return new AwsError('InternalError', 'An internal error has occurred', 500);
    case 's3':
      return new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500);
    case 'ssm':
      return new AwsError('InternalServerError', 'An error occurred on the server side.', 500);
    default:
      return new AwsError('InternalFailure', 'The request processing has failed.', 500);
  }
}
