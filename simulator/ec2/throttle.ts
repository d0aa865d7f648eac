import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import type { Call } from '../service.ts';
import { type BucketShape, TokenBucket } from '../throttle.ts';
import type { Ec2 } from './ec2.ts';

const { requestBuckets, resourceBuckets } = defaults.ec2;

/**
 * EC2's request limits for an account in a Region (EC2 API Reference, "Request throttling"): each operation has a bucket of
 * its own, sized by its category or by name; some have a second one that counts instances. Either one empty refuses.
 */
export class RequestLimits {
  readonly #ec2: Ec2;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(ec2: Ec2) {
    this.#ec2 = ec2;
  }

  /** @throws AwsError RequestLimitExceeded (HTTP 503) */
  take(call: Call, input: object): void {
    const { operation } = call;
    const category = categoryOf(operation, input);
    const shape = requestBuckets[category];
    if (!this.#bucket(`${operation} ${category}`, shape).take()) throw limitExceeded();
    const resources = countResources(operation, input);
    if (resources > 0) {
      const shape = resourceBuckets[operation as keyof typeof resourceBuckets];
      if (!this.#bucket(`${operation} resources`, shape).take(resources)) throw limitExceeded();
    }
    if (this.#isCrowdedOut(call)) throw limitExceeded();
  }

  /** In a regional evacuation EC2 also refuses what an account's own buckets would allow. */
  #isCrowdedOut({ operation, caller }: Call): boolean {
    if (this.#ec2.capacity.demand === 'normal' || category(operation) === 'nonMutating') return false;
    const { RequestLimitExceeded: chance } = defaults.ec2.capacityErrors.regionalEvacuation;
    const subject = `${caller.accessKeyId}/${operation}`;
    return this.#ec2.sim.draws.chance(chance, 'ec2.capacityErrors.RequestLimitExceeded', subject);
  }

  #bucket(name: string, shape: BucketShape): TokenBucket {
    const bucket = this.#buckets.get(name) ?? new TokenBucket(shape, this.#ec2.sim.clock);
    this.#buckets.set(name, bucket);
    return bucket;
  }
}

/** Operations that AWS lists with the bucket of another one. */
const sharedShapes: Readonly<Record<string, keyof typeof requestBuckets>> = {
  DeleteTags: 'CreateTags',
  DeleteSnapshot: 'CreateSnapshot',
};

function categoryOf(operation: string, input: object): keyof typeof requestBuckets {
  const plain = category(operation);
  return plain === 'nonMutating' && isUnfiltered(input) ? 'unfilteredUnpaginatedDescribe' : plain;
}

function category(operation: string): keyof typeof requestBuckets {
  if (/^(Describe|Get|List)/.test(operation)) return 'nonMutating';
  const name = sharedShapes[operation] ?? operation;
  return name in requestBuckets ? (name as keyof typeof requestBuckets) : 'mutating';
}

/** Neither ids nor filters nor a page: such a describe has a smaller bucket. */
function isUnfiltered(input: object): boolean {
  return Object.entries(input).every(([name, value]) => {
    if (value === undefined || name === 'DryRun') return true;
    return Array.isArray(value) ? value.length === 0 : typeof value === 'boolean';
  });
}

function countResources(operation: string, input: object): number {
  if (!(operation in resourceBuckets)) return 0;
  const { MaxCount: most, InstanceIds: ids } = input as { MaxCount?: number; InstanceIds?: string[] };
  return most ?? ids?.length ?? 0;
}

function limitExceeded(): AwsError {
  return new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503);
}
