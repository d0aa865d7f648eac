import type { ChangeResourceRecordSetsCommandInput } from '@aws-sdk/client-route-53';
import type { Clock } from '../clock.ts';
import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import type { Call } from '../service.ts';
import { type BucketShape, TokenBucket } from '../throttle.ts';

const limits = defaults.route53.limits;
/** Operations whose own bucket differs from `perActionDefault`. */
const ownBuckets: Readonly<Record<string, BucketShape>> = {
  UpdateHealthCheck: limits.UpdateHealthCheck,
  GetHealthCheckStatus: limits.GetHealthCheckStatus,
  CreateHealthCheck: limits.CreateHealthCheck,
};

/** Route 53's request limits of an account (Developer Guide, Throttling of API requests). */
export class RequestLimits {
  readonly #clock: Clock;
  readonly #account: TokenBucket;
  readonly #changes: TokenBucket;
  readonly #byOperation = new Map<string, TokenBucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#account = new TokenBucket(limits.accountRequests, clock);
    this.#changes = new TokenBucket(limits.changeTokens, clock);
  }

  /** @throws AwsError Throttling, which Route 53 answers with the status 400. */
  take(call: Call, input: unknown): void {
    const granted =
      this.#account.take() &&
      this.#operation(call.operation).take() &&
      (call.operation !== 'ChangeResourceRecordSets' ||
        this.#changes.take(changeTokens(input as ChangeResourceRecordSetsCommandInput)));
    if (!granted) throw new AwsError('Throttling', 'Rate exceeded', 400);
  }

  #operation(operation: string): TokenBucket {
    let bucket = this.#byOperation.get(operation);
    if (!bucket) {
      bucket = new TokenBucket(ownBuckets[operation] ?? limits.perActionDefault, this.#clock);
      this.#byOperation.set(operation, bucket);
    }
    return bucket;
  }
}

/** What a batch costs: an UPSERT counts twice. */
function changeTokens(input: ChangeResourceRecordSetsCommandInput): number {
  return (input.ChangeBatch?.Changes ?? []).reduce(
    (sum, { Action }) => sum + (Action ? limits.tokenCost[Action] : 0),
    0,
  );
}
