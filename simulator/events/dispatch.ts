import { AwsError } from '../errors.ts';
import { type Json, parseJson } from '../json.ts';
import type { ServiceName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import type { Delivery } from './delivery.ts';
import { type EventEnvelope, eventTime } from './envelope.ts';
import { selectFrom, transform } from './transformer.ts';

/** A delivery that no retry can save; `code` is what a dead letter carries. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** EventBridge waits this long for a target's service to answer, then tries again; AWS documents no number. */
const answerWithinSeconds = 30;

/** Errors after which the same request may succeed. */
const transient = /Throttling|TooManyRequests|ServiceUnavailable|ServiceException|Internal|LimitExceeded/;

/**
 * Hands an event to its target once.
 * @throws Undeliverable where no retry can help
 * @throws AwsError where one can
 */
export async function dispatch(sim: Simulator, delivery: Delivery): Promise<void> {
  const { target, event, isForwarded } = delivery;
  switch (target.kind) {
    case 'stateMachine':
      return startExecution(sim, delivery, asJson(render(delivery)));
    case 'function':
      return invokeFunction(sim, delivery, asJson(render(delivery)));
    case 'topic':
      return publish(sim, delivery, render(delivery));
    case 'bus':
      // An event that came from another bus goes no further (Amazon EventBridge User Guide, "Sending events between buses").
      return isForwarded ? undefined : forward(sim, delivery, event);
    default:
      return target.kind satisfies never;
  }
}

/** The text that a target gets: the event, a part of it, a constant, or what its transformer makes of it. */
function render({ rule, target, event, receivedAtMs }: Delivery): string {
  if (target.input !== undefined) return target.input;
  if (target.inputPath !== undefined) return JSON.stringify(selectFrom(event, target.inputPath) ?? null);
  if (target.transformer === undefined) return JSON.stringify(event);
  return transform(target.transformer, event, {
    ruleName: rule.name,
    ruleArn: rule.arn,
    receivedAt: eventTime(receivedAtMs),
  });
}

function asJson(text: string): Json {
  const value = parseJson(text);
  if (value === undefined)
    throw new Undeliverable('INVALID_PARAMETER', `The input for the target is not JSON: ${text}`);
  return value;
}

/**
 * Each attempt starts an execution under a name of its own: a duplicate, or a retry after an answer that was lost, is a
 * second execution. AWS documents the name nowhere; assuming the worse keeps a target honest.
 */
async function startExecution(sim: Simulator, delivery: Delivery, input: Json): Promise<void> {
  const { target, event, subject } = delivery;
  authorise(sim, target.roleArn!, 'states:StartExecution', target.arn);
  const name = `${event.id}_${sim.draws.uuid('eventbridge.executionName', `${subject}/${event.id}`)}`.slice(
    -80,
  );
  await ask(sim, delivery, 'states', 'StartExecution', {
    stateMachineArn: target.arn,
    name,
    input: JSON.stringify(input),
  });
}

async function invokeFunction(sim: Simulator, delivery: Delivery, input: Json): Promise<void> {
  const { target, subject } = delivery;
  authorise(sim, 'events.amazonaws.com', 'lambda:InvokeFunction', target.arn);
  try {
    sim.region(target.region).lambda.invokeLater(target.arn, input, subject);
  } catch (error) {
    throw judge(error);
  }
}

async function publish(sim: Simulator, delivery: Delivery, message: string): Promise<void> {
  authorise(sim, 'events.amazonaws.com', 'sns:Publish', delivery.target.arn);
  await ask(sim, delivery, 'sns', 'Publish', { TopicArn: delivery.target.arn, Message: message });
}

async function forward(
  sim: Simulator,
  { target, subject, rule }: Delivery,
  event: EventEnvelope,
): Promise<void> {
  if (target.roleArn !== undefined) authorise(sim, target.roleArn, 'events:PutEvents', target.arn);
  const { events } = sim.region(target.region);
  const busName = target.arn.slice(target.arn.lastIndexOf('/') + 1);
  if (!events.hasBus(busName)) throw new Undeliverable('NO_RESOURCE', `Event bus ${busName} does not exist.`);
  if (rule.arn.split(':')[3] === target.region) {
    events.receive(busName, event, true);
    return;
  }
  // The copy in another Region keeps the event's `region` and `time` but has an id of its own.
  await sim.clock.sleep(sim.draws.sample('eventbridge.crossRegionHop', subject) * 1000);
  events.receive(busName, { ...event, id: sim.draws.uuid('eventbridge.forwardedId', subject) }, true);
}

function authorise(sim: Simulator, principal: string, action: string, resource: string): void {
  if (sim.permits(principal, action, resource)) return;
  throw new Undeliverable(
    'NO_PERMISSIONS',
    `${principal} is not authorized to perform ${action} on ${resource}`,
  );
}

/** Calls a service as EventBridge does; no answer in time counts as one that may be tried again. */
async function ask(
  sim: Simulator,
  delivery: Delivery,
  service: ServiceName,
  operation: string,
  input: object,
): Promise<void> {
  const { target, subject } = delivery;
  const accessKeyId = `ASIA${sim.draws.hex('eventbridge.accessKeyId', subject, 16).toUpperCase()}`;
  const role = target.roleArn?.slice(target.roleArn.lastIndexOf('/') + 1);
  const arn =
    role === undefined ? 'events.amazonaws.com' : `arn:aws:sts::${sim.accountId}:assumed-role/${role}/events`;
  sim.addCaller({ accessKeyId, arn, userId: role ?? 'events.amazonaws.com' });
  const requestId = sim.draws.uuid('eventbridge.requestId', subject);
  const answer = sim.ask({
    service,
    region: target.region,
    operation,
    accessKeyId,
    requestId,
    headers: {},
    input,
  });
  await new Promise<void>((resolve, reject) => {
    const timeOut = () =>
      reject(new AwsError('ServiceUnavailable', `${target.arn} did not answer in time`, 503));
    const cancel = sim.clock.after(answerWithinSeconds * 1000, timeOut);
    answer.then(
      () => {
        cancel();
        resolve();
      },
      (error: unknown) => {
        cancel();
        reject(judge(error));
      },
    );
  });
}

/** An error of a service that a retry cannot change becomes `Undeliverable`. */
function judge(error: unknown): unknown {
  if (!(error instanceof AwsError) || error.httpStatus >= 500 || transient.test(error.code)) return error;
  if (/NotFound|DoesNotExist/.test(error.code)) return new Undeliverable('NO_RESOURCE', error.message);
  if (/AccessDenied|AuthorizationError/.test(error.code))
    return new Undeliverable('NO_PERMISSIONS', error.message);
  return new Undeliverable('SDK_CLIENT_ERROR', error.message);
}
