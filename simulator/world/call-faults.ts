import { AwsError } from '../errors.ts';
import type { RegionName, ServiceName } from '../service.ts';
import type { Simulator } from '../simulator.ts';

/** Calls that only look; losing their answer costs nothing but time. */
const looking = /^(Describe|Get|List|Head)/;

/** Every call to a Region hangs while it is so: neither an answer nor an error, until whoever waits gives up. */
export function hangRegion(sim: Simulator, region: RegionName, whileSo: () => boolean): void {
  sim.faults.push((call) => (call.region === region && whileSo() ? { kind: 'hang' } : undefined));
}

/** Every call of an operation in a Region fails with the same error. */
export function refuse(
  sim: Simulator,
  region: RegionName,
  operations: readonly string[],
  error: () => Error,
): void {
  sim.faults.push((call) =>
    call.region === region && operations.includes(call.operation)
      ? { kind: 'error', error: error() }
      : undefined,
  );
}

/** A share of the calls to AWS is throttled, whoever makes them; the workflow's own engine is left alone. */
export function throttle(sim: Simulator, share: number): void {
  sim.faults.push(({ service, operation, caller }) => {
    if (service === 'states') return undefined;
    const isHit = sim.draws.chance(share, 'world.throttled', `${caller.accessKeyId}/${operation}`);
    return isHit ? { kind: 'error', error: throttlingError(service) } : undefined;
  });
}

/** The first call of each operation that changes something acts, and its answer is lost. */
export function loseFirstAnswers(sim: Simulator): void {
  const seen = new Set<string>();
  sim.faults.push(({ service, operation }) => {
    const key = `${service}:${operation}`;
    if (looking.test(operation) || service === 'states' || seen.has(key)) return undefined;
    seen.add(key);
    return { kind: 'loseAnswer' };
  });
}

/** How each service says that it is asked too often, in its own documentation of errors. */
function throttlingError(service: ServiceName): AwsError {
  switch (service) {
    case 'ec2':
      return new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503);
    case 's3':
      return new AwsError('SlowDown', 'Please reduce your request rate.', 503);
    case 'sns':
      return new AwsError('Throttled', 'Rate exceeded', 429);
    case 'kms':
    case 'ssm':
    case 'events':
    case 'states':
      return new AwsError('ThrottlingException', 'Rate exceeded', 400);
    case 'servicequotas':
      return new AwsError('TooManyRequestsException', 'Too Many Requests', 429);
    case 'autoscaling':
    case 'elasticloadbalancing':
    case 'iam':
    case 'monitoring':
    case 'rds':
    case 'route53':
    case 'sts':
      return new AwsError('Throttling', 'Rate exceeded', 400);
    default:
      throw new Error(`unknown service ${service satisfies never}`);
  }
}
