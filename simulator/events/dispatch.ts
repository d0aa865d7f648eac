import { AwsError } from '../errors.ts';
import { type Json, parseJson } from '../json.ts';
import type { Caller, RegionName, ServiceName } from '../service.ts';
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
  if (
    target.roleArn !== undefined &&
    events.denies(busName, { caller: deliveryBy(target.roleArn), region: target.region })
  )
    throw new Undeliverable(
      'NO_PERMISSIONS',
      `The policy of the event bus ${busName} denies ${target.roleArn}`,
    );
  if (rule.arn.split(':')[3] === target.region) {
    events.receive(busName, event, true);
    return;
  }
  // The copy in another Region keeps the event's `region` and `time` but has an id of its own.
  await sim.clock.sleep(sim.draws.sample('eventbridge.crossRegionHop', subject) * 1000);
  events.receive(busName, { ...event, id: sim.draws.uuid('eventbridge.forwardedId', subject) }, true);
}

/** Whom a bus takes EventBridge for that delivers with a role. */
function deliveryBy(roleArn: string): Caller {
  const [, , , , account, resource = ''] = roleArn.split(':');
  const arn = `arn:aws:sts::${account}:assumed-role/${resource.slice(resource.lastIndexOf('/') + 1)}/events`;
  return { accessKeyId: 'events', arn, userId: `${roleArn}:events`, roleArn };
}

/** @throws Undeliverable where the principal may not do it */
export function authorise(sim: Simulator, principal: string, action: string, resource: string): void {
  if (sim.permits(principal, action, resource)) return;
  throw new Undeliverable(
    'NO_PERMISSIONS',
    `${principal} is not authorized to perform ${action} on ${resource}`,
  );
}

function ask(
  sim: Simulator,
  { target, subject }: Delivery,
  service: ServiceName,
  operation: string,
  input: object,
): Promise<void> {
  return askAs(sim, {
    service,
    operation,
    input,
    region: target.region,
    principal: target.roleArn ?? 'events.amazonaws.com',
    sessionName: 'events',
    subject,
  });
}

/** A call that EventBridge or its Scheduler makes in somebody's name. */
export interface AskedCall {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: object;
  readonly region: RegionName;
  /** The ARN of a role, or a service principal. */
  readonly principal: string;
  readonly sessionName: string;
  /** Names this call among all others; its ids are drawn from it. */
  readonly subject: string;
}

/**
 * Calls a service as EventBridge does; no answer in time counts as one that may be tried again.
 * @throws Undeliverable where no retry can help
 * @throws AwsError where one can
 */
export async function askAs(sim: Simulator, asked: AskedCall): Promise<void> {
  const { service, operation, input, region, principal, sessionName, subject } = asked;
  const accessKeyId = `ASIA${sim.draws.hex('eventbridge.accessKeyId', subject, 16).toUpperCase()}`;
  const role = principal.startsWith('arn:') ? principal.slice(principal.lastIndexOf('/') + 1) : undefined;
  const arn =
    role === undefined ? principal : `arn:aws:sts::${sim.accountId}:assumed-role/${role}/${sessionName}`;
  sim.addCaller({
    accessKeyId,
    arn,
    userId: role ?? principal,
    ...(role !== undefined && { roleArn: principal }),
  });
  const requestId = sim.draws.uuid('eventbridge.requestId', subject);
  const answer = sim.ask({ service, region, operation, accessKeyId, requestId, headers: {}, input });
  await new Promise<void>((resolve, reject) => {
    const timeOut = () =>
      reject(new AwsError('ServiceUnavailable', `${service} in ${region} did not answer in time`, 503));
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
export function judge(error: unknown): unknown {
  if (!(error instanceof AwsError) || error.httpStatus >= 500 || transient.test(error.code)) return error;
  if (/NotFound|DoesNotExist/.test(error.code)) return new Undeliverable('NO_RESOURCE', error.message);
  if (/AccessDenied|AuthorizationError/.test(error.code))
    return new Undeliverable('NO_PERMISSIONS', error.message);
  return new Undeliverable('SDK_CLIENT_ERROR', error.message);
}
