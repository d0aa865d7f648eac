import type {
  CreateEventBusCommandInput,
  DeleteEventBusCommandInput,
  DescribeEventBusCommandInput,
  ListEventBusesCommandInput,
  PutPermissionCommandInput,
  RemovePermissionCommandInput,
} from '@aws-sdk/client-eventbridge';
import { AwsError } from '../errors.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../json.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Operations, RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import type { Bus } from './bus.ts';
import { busNameOf, checkName, pageOf } from './names.ts';

/** The event buses of one Region; `default` is always there. */
export class Buses {
  readonly #sim: Simulator;
  readonly #region: RegionName;
  readonly #buses = new Map<string, Bus>();

  constructor(sim: Simulator, region: RegionName) {
    this.#sim = sim;
    this.#region = region;
    this.#add('default', undefined);
  }

  readonly operations: Operations = {
    CreateEventBus: (input: CreateEventBusCommandInput) => this.#create(input),
    DeleteEventBus: (input: DeleteEventBusCommandInput) => this.#delete(input),
    DescribeEventBus: (input: DescribeEventBusCommandInput) => show(this.find(input.Name)),
    ListEventBuses: (input: ListEventBusesCommandInput) => {
      const found = [...this.#buses.values()].filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
      const { page, ...rest } = pageOf(found, input.Limit, input.NextToken);
      return { EventBuses: page.map(show), ...rest };
    },
    PutPermission: (input: PutPermissionCommandInput) => this.#permit(input),
    RemovePermission: (input: RemovePermissionCommandInput) => this.#forbid(input),
  };

  get all(): readonly Bus[] {
    return [...this.#buses.values()];
  }

  has(name: string): boolean {
    return this.#buses.has(name);
  }

  /** @throws AwsError `ResourceNotFoundException` */
  find(nameOrArn: string | undefined): Bus {
    const name = busNameOf(nameOrArn);
    const bus = this.#buses.get(name);
    if (!bus) throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
    return bus;
  }

  #add(name: string, description: string | undefined): Bus {
    const arn = `arn:aws:events:${this.#region}:${this.#sim.accountId}:event-bus/${name}`;
    const createdAtMs = this.#sim.clock.nowMs();
    const bus: Bus = { name, arn, createdAtMs, description, rules: new Map(), policy: undefined, tags: [] };
    this.#buses.set(name, bus);
    return bus;
  }

  #create(input: CreateEventBusCommandInput) {
    refuseUnmodelled('events:CreateEventBus', input, ['Name', 'Description', 'Tags']);
    checkName(input.Name, 256, 'name');
    if (this.has(input.Name)) {
      throw new AwsError('ResourceAlreadyExistsException', `Event bus ${input.Name} already exists.`);
    }
    const bus = this.#add(input.Name, input.Description);
    bus.tags = input.Tags ?? [];
    return { EventBusArn: bus.arn, Description: bus.description };
  }

  /** Deleting a bus that has rules is refused; so is deleting the default bus. */
  #delete({ Name }: DeleteEventBusCommandInput) {
    if (Name === 'default') throw new AwsError('ValidationException', 'Cannot delete event bus default.');
    const bus = this.find(Name);
    if (bus.rules.size > 0) {
      throw new AwsError('ValidationException', `Cannot delete event bus ${bus.name} while it has rules.`);
    }
    this.#buses.delete(bus.name);
    return {};
  }

  #permit(input: PutPermissionCommandInput) {
    refuseUnmodelled('events:PutPermission', input, [
      'EventBusName',
      'Action',
      'Principal',
      'StatementId',
      'Policy',
      'Condition',
    ]);
    const bus = this.find(input.EventBusName);
    if (input.Policy !== undefined) {
      const policy = parseJson(input.Policy);
      if (!isObject(policy)) throw new AwsError('ValidationException', 'Policy is not valid JSON.');
      bus.policy = policy;
      return {};
    }
    const { Action, Principal, StatementId, Condition } = input;
    if (!Action || !Principal || !StatementId) {
      throw new AwsError(
        'ValidationException',
        'Policy, or StatementId, Action and Principal must be specified.',
      );
    }
    const statement: JsonObject = {
      Sid: StatementId,
      Effect: 'Allow',
      Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
      Action,
      Resource: bus.arn,
      ...(Condition && { Condition: { [Condition.Type!]: { [Condition.Key!]: Condition.Value! } } }),
    };
    const others = statementsOf(bus).filter(({ Sid }) => Sid !== StatementId);
    bus.policy = { Version: '2012-10-17', Statement: [...others, statement] };
    return {};
  }

  #forbid({ EventBusName, StatementId, RemoveAllPermissions }: RemovePermissionCommandInput) {
    const bus = this.find(EventBusName);
    const kept = RemoveAllPermissions ? [] : statementsOf(bus).filter(({ Sid }) => Sid !== StatementId);
    if (!RemoveAllPermissions && kept.length === statementsOf(bus).length) {
      throw new AwsError('ResourceNotFoundException', 'Statement with the provided id does not exist.');
    }
    bus.policy = kept.length === 0 ? undefined : { Version: '2012-10-17', Statement: kept };
    return {};
  }
}

function statementsOf(bus: Bus): readonly JsonObject[] {
  const statements = bus.policy?.Statement;
  return Array.isArray(statements) ? (statements as readonly Json[]).filter(isObject) : [];
}

function show({ name, arn, createdAtMs, description, policy }: Bus) {
  const created = new Date(createdAtMs);
  return {
    Name: name,
    Arn: arn,
    Description: description,
    CreationTime: created,
    LastModifiedTime: created,
    Policy: policy && JSON.stringify(policy),
  };
}
