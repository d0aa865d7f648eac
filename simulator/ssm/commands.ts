import { AwsError, NotSimulated } from '../errors.ts';
import type { Guests } from '../guest/guests.ts';
import type { GuestDocument, GuestResult } from '../guest.ts';
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import type { Agents } from './agents.ts';
import { statusOf } from './command-status.ts';
import { type Command, type Invocation, isFinal } from './state.ts';

/** A run of a document on one instance, as a fault looks at it. */
export interface Run {
  readonly documentName: string;
  readonly instanceId: string;
  readonly commandId: string;
}

/** What a new command is, before it has an id and invocations. */
export type CommandRequest = Omit<Command, 'id' | 'invocations' | 'requestedAtMs'>;

/** Shares of `ssm.commandRoundTrip`: until the agent has the command, and until the document has done its work. */
const receivedShare = 0.4;
const doneShare = 0.8;

/**
 * Commands on the virtual clock. An agent receives a command, runs it, and reports. It takes effect in the guest at one
 * instant, some way before its status says so: an instance that dies in between leaves an effect that nobody reported.
 */
export class Commands {
  /** What a document does in a guest; one that is missing here is `NotSimulated`. */
  readonly behaviours = new Map<string, GuestDocument>();
  /** Seconds that a run takes in the guest instead of its share of the round trip; a fault or a scenario sets it. */
  executionSeconds: (run: Run) => number | undefined = () => undefined;
  readonly #sim: Simulator;
  readonly #region: RegionName;
  readonly #agents: Agents;
  readonly #guests: Guests;
  readonly #byId = new Map<string, Command>();
  /** Sent, but not received by an agent that does not listen. */
  readonly #waiting = new Set<{ readonly command: Command; readonly invocation: Invocation }>();

  constructor(sim: Simulator, region: RegionName, agents: Agents, guests: Guests) {
    this.#sim = sim;
    this.#region = region;
    this.#agents = agents;
    this.#guests = guests;
    agents.onListening((instanceId) => this.#retry(instanceId));
  }

  /** Newest first, as Systems Manager lists them. */
  get all(): readonly Command[] {
    return [...this.#byId.values()].reverse();
  }

  find(commandId: string | undefined): Command | undefined {
    return this.#byId.get(commandId ?? '');
  }

  /** @throws NotSimulated for a document whose behaviour nobody registered. */
  send(request: CommandRequest, instanceIds: readonly string[], subject: string): Command {
    if (!this.behaviours.has(request.documentName)) {
      throw new NotSimulated(`what the SSM document ${request.documentName} does in a guest`);
    }
    const { clock, draws } = this.#sim;
    const nowMs = clock.nowMs();
    const id = draws.uuid('ssm.command', `${subject}/${request.documentName}`);
    const invocations = instanceIds.map((instanceId): [string, Invocation] => {
      const visibleAtMs = nowMs + draws.sample('ssm.getInvocationLag', `${id}/${instanceId}`) * 1000;
      const texts = { stdout: '', stderr: '' };
      return [
        instanceId,
        { commandId: id, instanceId, status: 'Pending', statusDetails: 'Pending', visibleAtMs, ...texts },
      ];
    });
    const command: Command = { ...request, id, requestedAtMs: nowMs, invocations: new Map(invocations) };
    this.#byId.set(id, command);
    for (const invocation of command.invocations.values()) this.#dispatch(command, invocation);
    return command;
  }

  /** Ends what has not begun, and asks agents to end what runs; an end that came first stands. */
  cancel(command: Command, instanceIds: readonly string[]): void {
    for (const invocation of command.invocations.values()) {
      if (instanceIds.length > 0 && !instanceIds.includes(invocation.instanceId)) continue;
      if (invocation.status === 'Pending' || this.#isWaiting(invocation))
        this.#end(command, invocation, 'Cancelled');
      else if (invocation.status === 'InProgress') this.#cancelRunning(command, invocation);
    }
  }

  #dispatch(command: Command, invocation: Invocation): void {
    const { clock, draws } = this.#sim;
    const roundTripMs = draws.sample('ssm.commandRoundTrip', `${command.id}/${invocation.instanceId}`) * 1000;
    clock.after(roundTripMs * receivedShare, () => {
      if (isFinal(invocation.status)) return;
      this.#enter(command, invocation, 'InProgress');
      if (this.#agents.isListening(invocation.instanceId)) this.#execute(command, invocation, roundTripMs);
      else this.#waiting.add({ command, invocation });
    });
    const { requestedAtMs, timeoutSeconds, executionTimeoutSeconds } = command;
    clock.at(requestedAtMs + timeoutSeconds * 1000, () => {
      const undelivered = this.#isWaiting(invocation) || invocation.status === 'Pending';
      if (undelivered) this.#end(command, invocation, 'TimedOut', 'DeliveryTimedOut');
    });
    // At the total time-out a command expires: an agent that died in the middle never reports (API Reference, ExpiresAfter).
    clock.at(requestedAtMs + (timeoutSeconds + executionTimeoutSeconds) * 1000, () => {
      if (!isFinal(invocation.status)) this.#end(command, invocation, 'TimedOut', 'DeliveryTimedOut');
    });
  }

  #retry(instanceId: string): void {
    for (const entry of this.#waiting) {
      if (entry.invocation.instanceId !== instanceId) continue;
      this.#waiting.delete(entry);
      const roundTrip = this.#sim.draws.sample('ssm.commandRoundTrip', `${entry.command.id}/${instanceId}`);
      this.#execute(entry.command, entry.invocation, roundTrip * 1000);
    }
  }

  #execute(command: Command, invocation: Invocation, roundTripMs: number): void {
    const { clock } = this.#sim;
    const { instanceId } = invocation;
    const guest = this.#guests.of(instanceId);
    invocation.startedAtMs = clock.nowMs();
    const seconds = this.executionSeconds({
      documentName: command.documentName,
      instanceId,
      commandId: command.id,
    });
    const runMs = seconds === undefined ? roundTripMs * (doneShare - receivedShare) : seconds * 1000;
    const reportMs = roundTripMs * (1 - doneShare);
    const alive = () =>
      invocation.status === 'InProgress' &&
      this.#agents.isListening(instanceId) &&
      this.#guests.of(instanceId) === guest;
    if (runMs > command.executionTimeoutSeconds * 1000) {
      clock.after(command.executionTimeoutSeconds * 1000, () => {
        if (alive()) this.#end(command, invocation, 'TimedOut', 'ExecutionTimedOut');
      });
      return;
    }
    clock.after(runMs, () => {
      if (!alive()) return;
      const result = this.behaviours.get(command.documentName)!(guest, command.parameters);
      clock.after(reportMs, () => {
        if (alive()) this.#report(command, invocation, result);
      });
    });
  }

  #report(command: Command, invocation: Invocation, result: GuestResult): void {
    invocation.exitCode = result.exitCode;
    invocation.stdout = result.stdout;
    invocation.stderr = result.stderr;
    this.#end(command, invocation, result.exitCode === 0 ? 'Success' : 'Failed');
  }

  #cancelRunning(command: Command, invocation: Invocation): void {
    this.#enter(command, invocation, 'Cancelling');
    const roundTrip = this.#sim.draws.sample(
      'ssm.commandRoundTrip',
      `cancel/${command.id}/${invocation.instanceId}`,
    );
    this.#sim.clock.after(roundTrip * receivedShare * 1000, () => {
      if (!isFinal(invocation.status)) this.#end(command, invocation, 'Cancelled');
    });
  }

  #isWaiting(invocation: Invocation): boolean {
    return [...this.#waiting].some((entry) => entry.invocation === invocation);
  }

  #end(
    command: Command,
    invocation: Invocation,
    status: 'Success' | 'Failed' | 'Cancelled' | 'TimedOut',
    details: Invocation['statusDetails'] = status,
  ): void {
    for (const entry of this.#waiting) if (entry.invocation === invocation) this.#waiting.delete(entry);
    invocation.endedAtMs = this.#sim.clock.nowMs();
    this.#enter(command, invocation, status, details);
  }

  /** Systems Manager User Guide, events of Run Command: one for each status of the command and of its invocations. */
  #enter(
    command: Command,
    invocation: Invocation,
    status: Invocation['status'],
    details: Invocation['statusDetails'] = status,
  ): void {
    const before = statusOf(command).status;
    invocation.status = status;
    invocation.statusDetails = details;
    const common = {
      'command-id': command.id,
      'document-name': command.documentName,
      'requested-date-time': new Date(command.requestedAtMs).toISOString(),
    };
    const arn = `arn:aws:ec2:${this.#region}:${this.#sim.accountId}:instance/${invocation.instanceId}`;
    this.#emit('EC2 Command Invocation Status-change Notification', [arn], {
      ...common,
      'instance-id': invocation.instanceId,
      status,
    });
    const after = statusOf(command).status;
    if (after !== before)
      this.#emit('EC2 Command Status-change Notification', [], { ...common, status: after });
  }

  #emit(detailType: string, resources: string[], detail: object): void {
    this.#sim.emit(this.#region, { source: 'aws.ssm', detailType, resources, detail });
  }
}

/** @throws AwsError InvalidCommandId */
export function existing(commands: Commands, commandId: string | undefined): Command {
  const command = commands.find(commandId);
  if (!command)
    throw new AwsError(
      'InvalidCommandId',
      'The specified command ID is not valid. Verify the ID and try again.',
    );
  return command;
}
