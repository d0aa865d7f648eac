import type {
  LoggingConfiguration,
  SendTaskFailureCommandInput,
  SendTaskHeartbeatCommandInput,
  SendTaskSuccessCommandInput,
} from '@aws-sdk/client-sfn';
import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import { type Json, parseJson } from '../json.ts';
import type { Call, Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { TokenBucket } from '../throttle.ts';
import type { Execution, HistoryListener } from './execution.ts';
import { Executions } from './executions.ts';
import { StateFailure } from './failure.ts';
import { Integrations } from './integrations.ts';
import { Interpreter } from './interpreter.ts';
import type { StateMachine } from './machine.ts';
import { StateMachines } from './machines.ts';
import { statusChange } from './notices.ts';
import { Tasks } from './tasks.ts';
import { TaskTokens } from './tokens.ts';

export type { Execution, HistoryListener } from './execution.ts';
export type { StateMachine } from './machine.ts';

/** Regions with the larger quotas (Step Functions Developer Guide, "Service quotas"). */
const largeRegions: readonly RegionName[] = ['us-east-1', 'us-west-2', 'eu-west-1'];

const bucketOf: Readonly<
  Record<string, 'startExecution' | 'sendTask' | 'getExecutionHistory' | 'listExecutions'>
> = {
  StartExecution: 'startExecution',
  SendTaskSuccess: 'sendTask',
  SendTaskFailure: 'sendTask',
  SendTaskHeartbeat: 'sendTask',
  GetExecutionHistory: 'getExecutionHistory',
  ListExecutions: 'listExecutions',
};

/** AWS Step Functions in one Region: standard workflows in Amazon States Language with JSONPath. */
export class StepFunctions implements Service {
  readonly name = 'states';
  readonly operations: Operations;
  readonly sim: Simulator;
  readonly region: RegionName;
  readonly #machines: StateMachines;
  readonly #executions: Executions;
  readonly #tokens = new TaskTokens();
  readonly #listeners: HistoryListener[] = [];
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(sim: Simulator, region: RegionName) {
    this.sim = sim;
    this.region = region;
    this.#machines = new StateMachines(sim, region, (arn) => this.#hasRunning(arn));
    const interpreter = new Interpreter(sim, new Tasks(sim, new Integrations(sim), this.#tokens));
    this.#executions = new Executions(sim, this.#machines, interpreter, (execution, event) =>
      this.#tell(execution, event),
    );
    this.operations = {
      ...this.#machines.operations,
      ...this.#executions.operations,
      SendTaskSuccess: (input: SendTaskSuccessCommandInput) => this.#succeed(input),
      SendTaskFailure: (input: SendTaskFailureCommandInput) => this.#fail(input),
      SendTaskHeartbeat: (input: SendTaskHeartbeatCommandInput) => {
        this.#tokens.find(input.taskToken).beat();
        return {};
      },
    };
  }

  /** Every execution so far, in the order in which they started. */
  get executions(): readonly Execution[] {
    return this.#executions.all;
  }

  /**
   * Creates a state machine without a call over the wire.
   * @throws AwsError as CreateStateMachine does, e.g. `InvalidDefinition`
   */
  createMachine(options: {
    readonly name: string;
    readonly definition: string | object;
    readonly roleArn: string;
    readonly loggingConfiguration?: LoggingConfiguration;
  }): StateMachine {
    const { definition, ...rest } = options;
    const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
    const { stateMachineArn } = this.#machines.create({ ...rest, definition: text });
    return this.#machines.find(stateMachineArn);
  }

  /**
   * Starts an execution without a call over the wire; `done` of what it returns resolves when it has ended.
   * @throws AwsError as StartExecution does
   */
  start(options: { readonly machineArn: string; readonly name: string; readonly input?: Json }): Execution {
    const { machineArn, name, input = {} } = options;
    return this.#executions.begin(this.#machines.find(machineArn), name, JSON.stringify(input));
  }

  /** Calls `listener` with each event of each history from now on; returns the way to end that. */
  onHistoryEvent(listener: HistoryListener): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners.splice(this.#listeners.indexOf(listener), 1);
    };
  }

  throttle(call: Call): void {
    const kind = bucketOf[call.operation];
    if (kind === undefined) return;
    let bucket = this.#buckets.get(kind);
    if (!bucket) {
      bucket = new TokenBucket(
        defaults.stepfunctions[kind][largeRegions.includes(this.region) ? 'big3' : 'other'],
        this.sim.clock,
      );
      this.#buckets.set(kind, bucket);
    }
    if (!bucket.take()) throw new AwsError('ThrottlingException', 'Rate exceeded');
  }

  #hasRunning(machineArn: string): boolean {
    return this.executions.some(({ machine, status }) => machine.arn === machineArn && status === 'RUNNING');
  }

  #tell(execution: Execution, event: Parameters<HistoryListener>[1]): void {
    if (event.type?.startsWith('Execution')) this.sim.emit(this.region, statusChange(execution));
    for (const listener of [...this.#listeners]) listener(execution, event);
  }

  #succeed({ taskToken, output }: SendTaskSuccessCommandInput) {
    const callback = this.#tokens.find(taskToken);
    const result = parseJson(output ?? '');
    if (result === undefined) throw new AwsError('InvalidOutput', `Invalid Output: '${output}'`);
    callback.succeed(result);
    return {};
  }

  #fail({ taskToken, error, cause }: SendTaskFailureCommandInput) {
    this.#tokens.find(taskToken).fail(new StateFailure(error, cause));
    return {};
  }
}
