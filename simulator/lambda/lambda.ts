import { createHash } from 'node:crypto';
import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import { type Json, jsonBytes } from '../json.ts';
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { Environments } from './environments.ts';
import type { FunctionOptions, Invocation, InvocationRecord, InvokeResult, LambdaFault } from './function.ts';
import { type DiscardedEvent, deliverEvent } from './queue.ts';
import { type Ending, InvocationClock, largestPayloadBytes, runHandler } from './run.ts';

export type * from './function.ts';

/** An event for an asynchronous invocation has at most 1 MB (AWS Lambda Developer Guide, "Lambda quotas"). */
const largestEventBytes = 1_048_576;

interface Registered {
  readonly environments: Environments;
  /** By version; `$LATEST` always exists. */
  readonly versions: Map<string, FunctionOptions>;
  /** Alias to version. */
  readonly aliases: Map<string, string>;
}

interface Target {
  readonly registered: Registered;
  readonly options: FunctionOptions;
  readonly version: string;
}

/**
 * The functions of one Region and their invocations. It has no wire API: a harness registers handlers, Step Functions and
 * EventBridge invoke them.
 */
export class Lambda {
  readonly sim: Simulator;
  readonly region: RegionName;
  /** Every invocation so far, in the order in which they began. */
  readonly invocations: InvocationRecord[] = [];
  readonly faults: LambdaFault[] = [];
  readonly discarded: DiscardedEvent[] = [];
  /** By how much the clocks of the Region's hosts are ahead; they are right as a rule. */
  clockSkewMs = 0;
  readonly #functions = new Map<string, Registered>();

  constructor(sim: Simulator, region: RegionName) {
    this.sim = sim;
    this.region = region;
  }

  /** Registers a function, or new code for `$LATEST` of one that exists. Returns its ARN. */
  register(options: FunctionOptions): string {
    const existing = this.#functions.get(options.name);
    if (existing) existing.versions.set('$LATEST', options);
    else {
      const environments = new Environments(defaults.lambda.warmForSeconds);
      this.#functions.set(options.name, {
        environments,
        versions: new Map([['$LATEST', options]]),
        aliases: new Map(),
      });
    }
    return this.arnOf(options.name);
  }

  /** Freezes what `$LATEST` is now as the next version; returns its number. */
  publishVersion(name: string): string {
    const { registered, options } = this.#resolve(name);
    const version = String(registered.versions.size);
    registered.versions.set(version, options);
    return version;
  }

  /** Points an alias at a published version. */
  setAlias(name: string, alias: string, version: string): void {
    this.#resolve(`${this.arnOf(name)}:${version}`).registered.aliases.set(alias, version);
  }

  arnOf(name: string): string {
    return `arn:aws:lambda:${this.region}:${this.sim.accountId}:function:${name}`;
  }

  /** Whether an ARN or name leads to a function and, if qualified, to a version or alias of it. */
  has(arnOrName: string): boolean {
    return this.#find(arnOrName) !== undefined;
  }

  /**
   * Invokes a function and waits for its end. `subject` is the identity of the task that invokes, e.g. execution, state and
   * attempt: ids and durations are drawn from it, so that they do not depend on what else goes on.
   * @throws AwsError `ResourceNotFoundException`, `TooManyRequestsException`, `RequestTooLargeException`,
   *   `ServiceException` (a fault)
   */
  async invoke(arnOrName: string, event: Json, subject: string): Promise<InvokeResult> {
    const target = this.#resolve(arnOrName);
    const { environments } = target.registered;
    if (jsonBytes(event) > largestPayloadBytes) throw tooLarge(largestPayloadBytes);
    const limit = target.registered.versions.get('$LATEST')!.reservedConcurrency ?? Number.POSITIVE_INFINITY;
    if (environments.running >= limit) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
    const { isCold } = environments.take(this.sim.clock.nowMs());
    await this.sim.clock.sleep(this.#startSeconds(isCold, target.options.name, subject) * 1000);
    return this.#run(target, arnOrName, event, subject, isCold);
  }

  /**
   * Queues an event for a function and returns at once; the function runs when it can, again if it fails. Events that are
   * given up are in `discarded`.
   * @throws AwsError `ResourceNotFoundException`, `RequestTooLargeException`
   */
  invokeLater(arnOrName: string, event: Json, subject: string): void {
    this.#resolve(arnOrName);
    if (jsonBytes(event) > largestEventBytes) throw tooLarge(largestEventBytes);
    const attempt = (tried: string) => this.invoke(arnOrName, event, tried);
    deliverEvent(this.sim, arnOrName, event, subject, attempt).then(
      (discarded) => {
        if (discarded) this.discarded.push(discarded);
      },
      (error: unknown) => this.sim.clock.abort(error),
    );
  }

  #startSeconds(isCold: boolean, name: string, subject: string): number {
    const { draws } = this.sim;
    const overhead = draws.sample('lambda.overhead', `${name}/${subject}`);
    return isCold ? overhead + draws.sample('lambda.coldStart', `${name}/${subject}`) : overhead;
  }

  async #run(
    target: Target,
    arnOrName: string,
    event: Json,
    subject: string,
    isCold: boolean,
  ): Promise<InvokeResult> {
    const { options, version } = target;
    const { environments } = target.registered;
    const { clock } = this.sim;
    const invocation = this.#open(options, arnOrName, subject);
    const interference = this.#interfere(invocation, event);
    const record: InvocationRecord = {
      requestId: invocation.requestId,
      functionName: options.name,
      accessKeyId: invocation.accessKeyId,
      subject,
      startedAtMs: clock.nowMs(),
      coldStart: isCold,
      endedAtMs: undefined,
      outcome: 'running',
    };
    this.invocations.push(record);
    if (interference?.kind === 'refuse') {
      environments.rest(clock.nowMs());
      this.#close(invocation, record, 'ServiceException');
      throw serviceException();
    }
    const ending = await runHandler(options, event, invocation, interference, this.sim);
    if (ending.kind === 'died') environments.discard();
    else environments.rest(clock.nowMs());
    this.#close(invocation, record, ending.kind === 'returned' ? 'ok' : ending.errorType);
    if (interference?.kind === 'loseAnswer') throw serviceException();
    return toResult(ending, version);
  }

  #open(
    options: FunctionOptions,
    arnOrName: string,
    subject: string,
  ): Invocation & { readonly clock: InvocationClock } {
    const { sim, region } = this;
    const identity = `${region}/${options.name}/${subject}`;
    const accessKeyId = `ASIA${sim.draws.hex('lambda.accessKeyId', identity, 16).toUpperCase()}`;
    const roleName = options.roleArn.slice(options.roleArn.lastIndexOf('/') + 1);
    sim.addCaller({
      accessKeyId,
      arn: `arn:aws:sts::${sim.accountId}:assumed-role/${roleName}/${options.name}`,
      userId: `${roleIdOf(roleName)}:${options.name}`,
      roleArn: options.roleArn,
    });
    return {
      requestId: sim.draws.uuid('lambda.requestId', identity),
      functionName: options.name,
      functionArn: arnOrName.startsWith('arn:') ? arnOrName : this.arnOf(arnOrName),
      region,
      memoryMb: options.memoryMb,
      deadlineMs: sim.clock.nowMs() + this.clockSkewMs + options.timeoutSeconds * 1000,
      accessKeyId,
      connection: sim.connect(),
      environment: options.environment,
      clock: new InvocationClock(sim.clock, this.clockSkewMs),
    };
  }

  #close(
    invocation: Invocation & { readonly clock: InvocationClock },
    record: InvocationRecord,
    outcome: string,
  ): void {
    invocation.connection.close();
    invocation.clock.end();
    record.endedAtMs = this.sim.clock.nowMs();
    record.outcome = outcome;
  }

  #interfere(invocation: Invocation, event: Json) {
    for (const fault of this.faults) {
      const interference = fault(invocation, event);
      if (interference) return interference;
    }
    return undefined;
  }

  #resolve(arnOrName: string): Target {
    const target = this.#find(arnOrName);
    if (target) return target;
    const arn = arnOrName.startsWith('arn:') ? arnOrName : this.arnOf(arnOrName);
    const qualified = arn.split(':').length > 7 ? arn : `${arn}:$LATEST`;
    throw new AwsError('ResourceNotFoundException', `Function not found: ${qualified}`, 404);
  }

  #find(arnOrName: string): Target | undefined {
    const arn = arnOrName.startsWith('arn:') ? arnOrName : this.arnOf(arnOrName);
    const [, , service, region, account, , name, qualifier = '$LATEST'] = arn.split(':');
    if (service !== 'lambda' || region !== this.region || account !== this.sim.accountId) return undefined;
    const registered = this.#functions.get(name ?? '');
    const version = registered?.aliases.get(qualifier) ?? qualifier;
    const options = registered?.versions.get(version);
    return registered && options && { registered, options, version };
  }
}

function toResult(ending: Ending, executedVersion: string): InvokeResult {
  if (ending.kind === 'returned') return { payload: ending.payload, executedVersion };
  const { errorType, errorMessage } = ending;
  const trace = ending.kind === 'threw' ? ending.trace : [];
  return { functionError: 'Unhandled', errorType, errorMessage, trace, executedVersion };
}

function tooLarge(mostBytes: number): AwsError {
  const message = `Request must be smaller than ${mostBytes} bytes for the InvokeFunction operation`;
  return new AwsError('RequestTooLargeException', message, 413);
}

function serviceException(): AwsError {
  return new AwsError('ServiceException', 'An error occurred and the request cannot be processed.', 500);
}

/** Stands for the role's unique id (`AROA…`), which follows from its name. */
function roleIdOf(roleName: string): string {
  return `AROA${createHash('sha256').update(roleName).digest('hex').slice(0, 17).toUpperCase()}`;
}
