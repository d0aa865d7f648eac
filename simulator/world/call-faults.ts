import { AwsError } from '../errors.ts';
import type { RegionName, ServiceName } from '../service.ts';
import type { Fault, Simulator } from '../simulator.ts';
import type { End } from './outage.ts';

/** Calls that only look; losing their answer costs nothing but time. */
const looking = /^(Describe|Get|List|Head)/;

/** Lets a fault look at each call from now on, after those that came before it. */
export function interfere(sim: Simulator, fault: Fault): End {
  sim.faults.push(fault);
  return () => {
    const place = sim.faults.indexOf(fault);
    if (place >= 0) sim.faults.splice(place, 1);
  };
}

/** Every call to a Region hangs: neither an answer nor an error, until whoever waits gives up. */
export function hangRegion(sim: Simulator, region: RegionName): End {
  return interfere(sim, (call) => (call.region === region ? { kind: 'hang' } : undefined));
}

/** Every call of an operation in a Region fails with the same error. */
export function refuse(
  sim: Simulator,
  region: RegionName,
  operations: readonly string[],
  error: () => Error,
): End {
  return interfere(sim, (call) =>
    call.region === region && operations.includes(call.operation)
      ? { kind: 'error', error: error() }
      : undefined,
  );
}

/** A share of the calls to AWS is throttled, whoever makes them; the workflow's own engine is left alone. */
export function throttle(sim: Simulator, share: number): End {
  return interfere(sim, ({ service, operation, caller }) => {
    if (service === 'states') return undefined;
    const isHit = sim.draws.chance(share, 'world.throttled', `${caller.accessKeyId}/${operation}`);
    return isHit ? { kind: 'error', error: throttlingError(service) } : undefined;
  });
}

/** The first call of each operation that changes something acts, and its answer is lost. */
export function loseFirstAnswers(sim: Simulator): End {
  const seen = new Set<string>();
  return interfere(sim, ({ service, operation }) => {
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
