import type { PutEventsCommandInput, TestEventPatternCommandInput } from '@aws-sdk/client-eventbridge';
import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import { isObject, type JsonObject, parseJson } from '../json.ts';
import type { Call, Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { TokenBucket } from '../throttle.ts';
import { isDeniedBy } from './bus-policy.ts';
import { Buses } from './buses.ts';
import { type DeadLetter, Deliveries, type DeliveryFault } from './delivery.ts';
import { dispatch } from './dispatch.ts';
import { type EventEnvelope, type EventNotice, eventTime } from './envelope.ts';
import { busNameOf } from './names.ts';
import { compilePattern } from './pattern.ts';
import { refuseTwins } from './pattern-text.ts';
import { type EntryFault, putEvents } from './put-events.ts';
import { Rules } from './rules.ts';

export type { DeadLetter, DeliveryFault } from './delivery.ts';
export type { EventEnvelope, EventNotice } from './envelope.ts';

/** Told each event that a bus takes in. */
export type EventListener = (busName: string, event: EventEnvelope) => void;

/** Operations that send or test events; all others manage, and share a quota. */
const dataOperations: readonly string[] = ['PutEvents', 'TestEventPattern'];

const required = ['id', 'detail-type', 'source', 'account', 'time', 'region'] as const;

/** Amazon EventBridge in one Region: the default bus and custom buses, their rules and the deliveries to targets. */
export class EventBridge implements Service {
  readonly name = 'events';
  readonly operations: Operations;
  /** What entries of PutEvents are refused; none as a rule. */
  readonly entryFaults: EntryFault[] = [];
  readonly sim: Simulator;
  readonly region: RegionName;
  readonly #buses: Buses;
  readonly #deliveries: Deliveries;
  readonly #listeners: EventListener[] = [];
  readonly #management: TokenBucket;

  constructor(sim: Simulator, region: RegionName) {
    this.sim = sim;
    this.region = region;
    this.#buses = new Buses(sim, region);
    this.#deliveries = new Deliveries(sim, (delivery) => dispatch(sim, delivery));
    const { controlPlaneTps } = defaults.eventbridge;
    this.#management = new TokenBucket({ bucket: controlPlaneTps, refill: controlPlaneTps }, sim.clock);
    this.operations = {
      ...this.#buses.operations,
      ...new Rules(this.#buses, region).operations,
      PutEvents: (input: PutEventsCommandInput, call: Call) => {
        for (const { EventBusName } of input.Entries ?? [])
          this.#requireAccess(busNameOf(EventBusName), call);
        return putEvents(
          input,
          (busName, notice) => this.#accept(busName, notice, call.caller.accessKeyId),
          this.entryFaults,
        );
      },
      TestEventPattern: (input: TestEventPatternCommandInput) => testPattern(input),
    };
  }

  /** Events that could not be delivered, in the order in which they were given up. */
  get deadLetters(): readonly DeadLetter[] {
    return this.#deliveries.deadLetters;
  }

  /** What goes wrong between the buses and their targets; nothing as a rule. */
  get deliveryFaults(): DeliveryFault[] {
    return this.#deliveries.faults;
  }

  /** Puts an event on the default bus as an AWS service does; returns its id. */
  publish(notice: EventNotice): string {
    return this.#accept('default', notice, 'aws');
  }

  /**
   * Puts a whole event on a bus as it is, such as a recorded AWS Health event with its own `id`, `time` and `region`.
   * @throws AwsError `ResourceNotFoundException` for a bus that is not there
   */
  inject(event: JsonObject, busName = 'default'): void {
    const absent = required.find((field) => typeof event[field] !== 'string');
    if (absent !== undefined || !isObject(event.detail) || !Array.isArray(event.resources)) {
      throw new TypeError(`not an event: it lacks ${absent ?? 'detail or resources'}`);
    }
    this.receive(busName, event as EventEnvelope, false);
  }

  hasBus(name: string): boolean {
    return this.#buses.has(name);
  }

  /** Whether the policy of a bus denies that a caller puts events on it. */
  denies(busName: string, call: Pick<Call, 'caller' | 'region'>): boolean {
    return isDeniedBy(this.#buses.find(busName), call, this.sim.clock.nowMs());
  }

  /** Takes an event in and sends it to the targets of the rules that match. `isForwarded`: it came from another bus. */
  receive(busName: string, event: EventEnvelope, isForwarded: boolean): void {
    const bus = this.#buses.find(busName);
    for (const listener of [...this.#listeners]) listener(bus.name, event);
    const receivedAtMs = this.sim.clock.nowMs();
    for (const rule of [...bus.rules.values()]) {
      if (!rule.isEnabled || !rule.matches(event)) continue;
      for (const target of rule.targets.values()) {
        const subject = `${rule.arn}/${target.id}/${event.id}`;
        this.#deliveries.send({ rule, target, event, isForwarded, receivedAtMs, subject });
      }
    }
  }

  /** Calls `listener` with each event that a bus takes in from now on; returns the way to end that. */
  onEvent(listener: EventListener): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners.splice(this.#listeners.indexOf(listener), 1);
    };
  }

  /** Lets the rules that lead to a target listen, on every bus, or no more. */
  setListening(targetArn: string, isEnabled: boolean): void {
    for (const { rules } of this.#buses.all)
      for (const rule of [...rules.values()]) {
        const leadsThere = [...rule.targets.values()].some(({ arn }) => arn === targetArn);
        if (leadsThere) rules.set(rule.name, { ...rule, isEnabled });
      }
  }

  /** Holds deliveries back, as in an outage of the service; events are still taken in. */
  pauseDeliveries(): void {
    this.#deliveries.pause();
  }

  /** Lets deliveries through again: what was held back goes at once. */
  resumeDeliveries(): void {
    this.#deliveries.resume();
  }

  throttle(call: Call): void {
    if (dataOperations.includes(call.operation) || this.#management.take()) return;
    throw new AwsError('ThrottlingException', 'Rate exceeded');
  }

  /** @throws AwsError `AccessDeniedException` for the whole request: nothing of it has been taken in */
  #requireAccess(busName: string, call: Call): void {
    if (!this.#buses.has(busName) || !this.denies(busName, call)) return;
    const { arn } = this.#buses.find(busName);
    throw new AwsError(
      'AccessDeniedException',
      `User: ${call.caller.arn} is not authorized to perform: events:PutEvents on resource: ${arn} with an explicit deny in a resource-based policy`,
    );
  }

  #accept(busName: string, notice: EventNotice, sender: string): string {
    const { source, detailType, resources, detail, timeMs = this.sim.clock.nowMs() } = notice;
    const subject = `${this.region}/${sender}/${source}/${detailType}/${resources.join()}`;
    const id = notice.id ?? this.sim.draws.uuid('eventbridge.eventId', subject);
    // A bus that is not there takes nothing: PutEvents still answers with an id.
    if (!this.#buses.has(busName)) return id;
    const event: EventEnvelope = {
      version: '0',
      id,
      'detail-type': detailType,
      source,
      account: notice.account ?? this.sim.accountId,
      time: eventTime(timeMs),
      region: notice.region ?? this.region,
      resources,
      detail: JSON.parse(JSON.stringify(detail)) as JsonObject,
    };
    this.receive(busName, event, false);
    return id;
  }
}

/** TestEventPattern: the event must have the members that every event has. */
function testPattern({ EventPattern = '', Event = '' }: TestEventPatternCommandInput) {
  const matches = compilePattern(EventPattern);
  const event = parseJson(Event);
  if (!isObject(event)) throw new AwsError('ValidationException', 'Parameter Event is not valid.');
  const absent = required.find((field) => event[field] === undefined);
  if (absent !== undefined)
    throw new AwsError('ValidationException', `Parameter Event is not valid. Reason: ${absent} is missing.`);
  refuseTwins(Event);
  return { Result: matches(event) };
}
