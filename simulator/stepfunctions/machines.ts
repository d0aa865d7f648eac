import type {
  CreateStateMachineCommandInput,
  CreateStateMachineCommandOutput,
  DeleteStateMachineCommandInput,
  DescribeStateMachineCommandInput,
  ListStateMachinesCommandInput,
  ListTagsForResourceCommandInput,
  LoggingConfiguration,
  TagResourceCommandInput,
  UntagResourceCommandInput,
  UpdateStateMachineCommandInput,
} from '@aws-sdk/client-sfn';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Operations, RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import type { Definition } from './definition.ts';
import type { StateMachine } from './machine.ts';
import { checkArn, checkName, invalid } from './names.ts';
import { pageOf } from './pages.ts';
import { parseDefinition } from './parse.ts';

const noLogging: LoggingConfiguration = { level: 'OFF', includeExecutionData: false };

/** The state machines of one Region. Versions, aliases, Express machines and encryption are not modelled. */
export class StateMachines {
  readonly #sim: Simulator;
  readonly #region: RegionName;
  readonly #hasRunning: (machineArn: string) => boolean;
  readonly #machines = new Map<string, StateMachine>();

  constructor(sim: Simulator, region: RegionName, hasRunning: (machineArn: string) => boolean) {
    this.#sim = sim;
    this.#region = region;
    this.#hasRunning = hasRunning;
  }

  readonly operations: Operations = {
    CreateStateMachine: (input: CreateStateMachineCommandInput) => this.create(input),
    UpdateStateMachine: (input: UpdateStateMachineCommandInput) => this.#update(input),
    DeleteStateMachine: (input: DeleteStateMachineCommandInput) => this.#delete(input),
    DescribeStateMachine: (input: DescribeStateMachineCommandInput) => this.#describe(input),
    ListStateMachines: (input: ListStateMachinesCommandInput) => this.#list(input),
    TagResource: (input: TagResourceCommandInput) => this.#tag(input),
    UntagResource: (input: UntagResourceCommandInput) => this.#untag(input),
    ListTagsForResource: (input: ListTagsForResourceCommandInput) => ({
      tags: [...this.find(input.resourceArn).tags],
    }),
  };

  /**
   * The machine of an ARN.
   * @throws AwsError `InvalidArn`, `StateMachineDoesNotExist`
   */
  find(arn: string | undefined): StateMachine {
    checkArn(arn, 'stateMachine');
    const machine = this.#machines.get(arn);
    if (machine) return machine;
    const unqualified = arn.split(':').slice(0, 7).join(':');
    if (arn !== unqualified && this.#machines.has(unqualified))
      throw new NotSimulated(`states: the version or alias ${arn}`);
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  /** @throws AwsError `InvalidName`, `InvalidDefinition`, `InvalidArn`, `StateMachineAlreadyExists` */
  create(input: CreateStateMachineCommandInput): Omit<CreateStateMachineCommandOutput, '$metadata'> {
    refuseUnmodelled('states:CreateStateMachine', input, [
      'name',
      'definition',
      'roleArn',
      'type',
      'loggingConfiguration',
      'tracingConfiguration',
      'tags',
    ]);
    checkName(input.name);
    checkRole(input.roleArn);
    if (input.type === 'EXPRESS') throw new NotSimulated('states:CreateStateMachine of the type EXPRESS');
    const definition = parse(input.definition);
    const arn = `arn:aws:states:${this.#region}:${this.#sim.accountId}:stateMachine:${input.name}`;
    const loggingConfiguration = input.loggingConfiguration ?? noLogging;
    const existing = this.#machines.get(arn);
    if (existing) return confirm(existing, input.definition!, loggingConfiguration);
    const machine: StateMachine = {
      arn,
      name: input.name,
      createdAtMs: this.#sim.clock.nowMs(),
      roleArn: input.roleArn!,
      definition,
      text: input.definition!,
      revisionId: this.#sim.draws.uuid('states.revisionId', arn),
      loggingConfiguration,
      tags: input.tags ?? [],
    };
    this.#machines.set(arn, machine);
    return { stateMachineArn: arn, creationDate: new Date(machine.createdAtMs) };
  }

  #update(input: UpdateStateMachineCommandInput) {
    refuseUnmodelled('states:UpdateStateMachine', input, [
      'stateMachineArn',
      'definition',
      'roleArn',
      'loggingConfiguration',
      'tracingConfiguration',
    ]);
    const machine = this.find(input.stateMachineArn);
    const { definition: text, roleArn, loggingConfiguration } = input;
    if (text === undefined && roleArn === undefined && loggingConfiguration === undefined) {
      const message =
        'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified';
      throw new AwsError('MissingRequiredParameter', message);
    }
    if (roleArn !== undefined) checkRole(roleArn);
    const revisionId = this.#sim.draws.uuid('states.revisionId', machine.arn);
    this.#machines.set(machine.arn, {
      ...machine,
      revisionId,
      ...(text !== undefined && { text, definition: parse(text) }),
      ...(roleArn !== undefined && { roleArn }),
      ...(loggingConfiguration !== undefined && { loggingConfiguration }),
    });
    return { updateDate: new Date(this.#sim.clock.nowMs()), revisionId };
  }

  /** Deleting what is not there succeeds. Executions that run would be ended one by one, which is not modelled. */
  #delete({ stateMachineArn }: DeleteStateMachineCommandInput) {
    checkArn(stateMachineArn, 'stateMachine');
    if (this.#hasRunning(stateMachineArn))
      throw new NotSimulated('states:DeleteStateMachine while an execution runs');
    this.#machines.delete(stateMachineArn);
    return {};
  }

  #describe(input: DescribeStateMachineCommandInput) {
    refuseUnmodelled('states:DescribeStateMachine', input, ['stateMachineArn', 'includedData']);
    return describe(this.find(input.stateMachineArn));
  }

  #list({ maxResults, nextToken }: ListStateMachinesCommandInput) {
    const { page, nextToken: next } = pageOf([...this.#machines.values()], maxResults, nextToken);
    const stateMachines = page.map(({ arn, name, createdAtMs }) => ({
      stateMachineArn: arn,
      name,
      type: 'STANDARD',
      creationDate: new Date(createdAtMs),
    }));
    return { stateMachines, nextToken: next };
  }

  #tag({ resourceArn, tags }: TagResourceCommandInput) {
    const machine = this.find(resourceArn);
    const given = tags ?? [];
    const kept = machine.tags.filter(({ key }) => !given.some((tag) => tag.key === key));
    this.#machines.set(machine.arn, { ...machine, tags: [...kept, ...given] });
    return {};
  }

  #untag({ resourceArn, tagKeys }: UntagResourceCommandInput) {
    const machine = this.find(resourceArn);
    this.#machines.set(machine.arn, {
      ...machine,
      tags: machine.tags.filter(({ key }) => !tagKeys?.includes(key ?? '')),
    });
    return {};
  }
}

/** What DescribeStateMachine and DescribeStateMachineForExecution tell of a machine. */
export function describe(machine: StateMachine) {
  return {
    stateMachineArn: machine.arn,
    name: machine.name,
    status: 'ACTIVE',
    definition: machine.text,
    roleArn: machine.roleArn,
    type: 'STANDARD',
    creationDate: new Date(machine.createdAtMs),
    loggingConfiguration: machine.loggingConfiguration,
    tracingConfiguration: { enabled: false },
    revisionId: machine.revisionId,
  };
}

function parse(text: string | undefined): Definition {
  if (text === undefined) throw invalid('definition', undefined, 'Member must not be null');
  const parsed = parseDefinition(text);
  if (parsed.ok) return parsed.definition;
  throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${parsed.faults.join(', ')}'`);
}

function checkRole(roleArn: string | undefined): void {
  if (roleArn === undefined) throw invalid('roleArn', undefined, 'Member must not be null');
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(roleArn))
    throw new AwsError('InvalidArn', `Invalid Arn: '${roleArn}'`);
}

/** CreateStateMachine is idempotent: the same definition and logging confirm what exists, anything else is refused. */
function confirm(existing: StateMachine, text: string, logging: LoggingConfiguration) {
  if (existing.text === text && JSON.stringify(existing.loggingConfiguration) === JSON.stringify(logging)) {
    return { stateMachineArn: existing.arn, creationDate: new Date(existing.createdAtMs) };
  }
  throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${existing.arn}'`);
}
