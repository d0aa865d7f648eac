import type {
  DescribeExecutionCommandInput,
  DescribeStateMachineForExecutionCommandInput,
  GetExecutionHistoryCommandInput,
  ListExecutionsCommandInput,
  StartExecutionCommandInput,
  StopExecutionCommandInput,
} from '@aws-sdk/client-sfn';
import defaults from '../defaults.json' with { type: 'json' };
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Call, Operations } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { Execution, type HistoryListener } from './execution.ts';
import type { Interpreter } from './interpreter.ts';
import type { StateMachine } from './machine.ts';
import { describe, type StateMachines } from './machines.ts';
import { checkArn, checkInput, checkName } from './names.ts';
import { redriveOf } from './notices.ts';
import { pageOf } from './pages.ts';

const nameReuseMs = defaults.stepfunctions.nameReuseDays * 86_400_000;

/** The executions of one Region. */
export class Executions {
  readonly #sim: Simulator;
  readonly #machines: StateMachines;
  readonly #interpreter: Interpreter;
  readonly #listener: HistoryListener;
  readonly #executions = new Map<string, Execution>();

  constructor(sim: Simulator, machines: StateMachines, interpreter: Interpreter, listener: HistoryListener) {
    this.#sim = sim;
    this.#machines = machines;
    this.#interpreter = interpreter;
    this.#listener = listener;
  }

  readonly operations: Operations = {
    StartExecution: (input: StartExecutionCommandInput, call: Call) => this.#start(input, call),
    StopExecution: (input: StopExecutionCommandInput) => this.#stop(input),
    DescribeExecution: (input: DescribeExecutionCommandInput) => this.#describe(input),
    DescribeStateMachineForExecution: (input: DescribeStateMachineForExecutionCommandInput) => {
      const { creationDate, status, type, ...rest } = describe(this.find(input.executionArn).machine);
      return { ...rest, updateDate: creationDate };
    },
    ListExecutions: (input: ListExecutionsCommandInput) => this.#list(input),
    GetExecutionHistory: (input: GetExecutionHistoryCommandInput) => this.#history(input),
  };

  /** Every execution so far, in the order in which they started. */
  get all(): readonly Execution[] {
    return [...this.#executions.values()];
  }

  /**
   * The execution of an ARN.
   * @throws AwsError `InvalidArn`, `ExecutionDoesNotExist`
   */
  find(arn: string | undefined): Execution {
    checkArn(arn, 'execution');
    const execution = this.#executions.get(arn);
    if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  /**
   * Starts an execution. The same name with the same input, while that one runs, returns that one; otherwise a name is free
   * again 90 days after its execution closed (Step Functions API Reference, StartExecution).
   * @throws AwsError `ValidationException`, `InvalidName`, `InvalidExecutionInput`, `ExecutionAlreadyExists`
   */
  begin(machine: StateMachine, name: string, input: string): Execution {
    checkName(name);
    checkInput(input);
    const execution = new Execution(this.#sim, machine, name, input, this.#listener);
    const earlier = this.#executions.get(execution.arn);
    if (earlier && earlier.status === 'RUNNING' && earlier.input === input) return earlier;
    if (earlier && !this.#isForgotten(earlier)) {
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${execution.arn}'`);
    }
    this.#executions.delete(execution.arn);
    this.#executions.set(execution.arn, execution);
    this.#interpreter.start(execution);
    return execution;
  }

  #isForgotten({ stoppedAtMs }: Execution): boolean {
    return stoppedAtMs !== undefined && this.#sim.clock.nowMs() - stoppedAtMs > nameReuseMs;
  }

  #start(input: StartExecutionCommandInput, call: Call) {
    refuseUnmodelled('states:StartExecution', input, ['stateMachineArn', 'name', 'input', 'traceHeader']);
    const machine = this.#machines.find(input.stateMachineArn);
    const name =
      input.name ?? this.#sim.draws.uuid('states.executionName', `${machine.arn}/${call.caller.accessKeyId}`);
    const execution = this.begin(machine, name, input.input ?? '{}');
    return { executionArn: execution.arn, startDate: new Date(execution.startedAtMs) };
  }

  /** What runs in a function goes on there; its result is ignored. Stopping what has ended changes nothing. */
  #stop({ executionArn, error, cause }: StopExecutionCommandInput) {
    const execution = this.find(executionArn);
    execution.end({ status: 'ABORTED', error, cause });
    return { stopDate: new Date(execution.stoppedAtMs!) };
  }

  #describe(input: DescribeExecutionCommandInput) {
    refuseUnmodelled('states:DescribeExecution', input, ['executionArn', 'includedData']);
    const execution = this.find(input.executionArn);
    const { ending, stoppedAtMs } = execution;
    const { redriveStatus, redriveStatusReason } = redriveOf(execution);
    return {
      ...summary(execution),
      input: execution.input,
      inputDetails: { included: true },
      output: ending?.output,
      outputDetails: ending?.output === undefined ? undefined : { included: true },
      error: ending?.error,
      cause: ending?.cause,
      stopDate: stoppedAtMs === undefined ? undefined : new Date(stoppedAtMs),
      redriveStatus,
      redriveStatusReason: redriveStatusReason ?? undefined,
    };
  }

  #list(input: ListExecutionsCommandInput) {
    refuseUnmodelled('states:ListExecutions', input, [
      'stateMachineArn',
      'statusFilter',
      'maxResults',
      'nextToken',
    ]);
    const machine = this.#machines.find(input.stateMachineArn);
    const found = this.all
      .filter((execution) => execution.machine.arn === machine.arn)
      .filter(({ status }) => input.statusFilter === undefined || status === input.statusFilter)
      .reverse();
    const { page, nextToken } = pageOf(found, input.maxResults, input.nextToken);
    return { executions: page.map(summary), nextToken };
  }

  #history(input: GetExecutionHistoryCommandInput) {
    if (input.includeExecutionData === false)
      throw new NotSimulated('states:GetExecutionHistory without execution data');
    const { history } = this.find(input.executionArn);
    const events = input.reverseOrder ? history.toReversed() : history;
    const { page, nextToken } = pageOf(events, input.maxResults, input.nextToken);
    return { events: page, nextToken };
  }
}

function summary(execution: Execution) {
  const { stoppedAtMs } = execution;
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machine.arn,
    name: execution.name,
    status: execution.status,
    startDate: new Date(execution.startedAtMs),
    stopDate: stoppedAtMs === undefined ? undefined : new Date(stoppedAtMs),
    redriveCount: 0,
  };
}
