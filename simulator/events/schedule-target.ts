import { AwsError, NotSimulated } from '../errors.ts';
import { isObject, type JsonObject, parseJson } from '../json.ts';
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { askAs, authorise, judge } from './dispatch.ts';

/** One attempt to wake a target. */
export interface Attempt {
  /** Names this attempt among all others; its ids are drawn from it. */
  readonly subject: string;
  readonly scheduleArn: string;
  /** The time that it is for, without the precision of a minute: milliseconds since the epoch. */
  readonly scheduledMs: number;
  /** From 1. */
  readonly number: number;
}

/** Asks a target once. Rejects with `Undeliverable` where no retry can help, with `AwsError` where one can. */
export type TargetCall = (attempt: Attempt) => Promise<void>;

const universalTarget = /^arn:aws:scheduler:::aws-sdk:([a-z0-9]+):([A-Za-z]+)$/;
const known = ['Arn', 'RoleArn', 'Input', 'RetryPolicy', 'DeadLetterConfig'];

/**
 * How a schedule calls its target: a function, a machine, or an operation of AWS's SDK as a universal target.
 * @throws NotSimulated for other targets and members
 */
export function targetOf(sim: Simulator, region: RegionName, target: JsonObject): TargetCall {
  const unknown = Object.keys(target).find((member) => !known.includes(member));
  if (unknown !== undefined) throw new NotSimulated(`a schedule whose target has ${unknown}`);
  const arn = String(target['Arn']);
  const principal = String(target['RoleArn']);
  const given = target['Input'] === undefined ? '{}' : String(target['Input']);
  if (parseJson(given) === undefined) throw new NotSimulated('a schedule whose input is no JSON');
  const inputOf = (attempt: Attempt) => fillIn(sim, given, attempt);
  const [, service = '', action = ''] = universalTarget.exec(arn) ?? [];
  if (service !== '') return universal(sim, { region, principal, service, action, inputOf });
  if (/^arn:aws:lambda:/.test(arn)) {
    return async (attempt) => {
      authorise(sim, principal, 'lambda:InvokeFunction', arn);
      try {
        sim.region(region).lambda.invokeLater(arn, parseJson(inputOf(attempt)) ?? null, attempt.subject);
      } catch (error) {
        throw judge(error);
      }
    };
  }
  if (/^arn:aws:states:[^:]+:\d+:stateMachine:/.test(arn)) {
    return async (attempt) => {
      const { subject } = attempt;
      authorise(sim, principal, 'states:StartExecution', arn);
      const name = sim.draws.uuid('scheduler.executionName', subject);
      const input = { stateMachineArn: arn, name, input: inputOf(attempt) };
      const asked = { service: 'states', operation: 'StartExecution', input, region, principal } as const;
      await askAs(sim, { ...asked, sessionName: 'scheduler', subject });
    };
  }
  throw new NotSimulated(`a schedule with the target ${arn}`);
}

/** Beginnings of operations that only read (EventBridge Scheduler User Guide, "Using universal targets"). */
const readsOnly =
  /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead)/;

/**
 * Refuses a universal target that only reads, as the service does where a schedule is created.
 * @throws AwsError ValidationException
 */
export function refuseReadOnly(targetArn: string): void {
  const [, service, action = ''] = universalTarget.exec(targetArn) ?? [];
  if (!readsOnly.test(action)) return;
  throw new AwsError('ValidationException', `${service}:${action} is not a supported target.`);
}

interface Universal {
  readonly region: RegionName;
  readonly principal: string;
  readonly service: string;
  readonly action: string;
  inputOf(attempt: Attempt): string;
}

function universal(sim: Simulator, { region, principal, service, action, inputOf }: Universal): TargetCall {
  if (service !== 'sns' || action !== 'publish')
    throw new NotSimulated(`a schedule with the universal target ${service}:${action}`);
  return async (attempt) => {
    const input = parseJson(inputOf(attempt));
    const topic = isObject(input) ? String(input['TopicArn']) : '';
    authorise(sim, principal, 'sns:Publish', topic);
    const { subject } = attempt;
    const asked = {
      service: 'sns',
      operation: 'Publish',
      input: input as JsonObject,
      region,
      principal,
    } as const;
    await askAs(sim, { ...asked, sessionName: 'scheduler', subject });
  };
}

/** The input with its keywords replaced (EventBridge Scheduler User Guide, "Adding context attributes"). */
function fillIn(
  sim: Simulator,
  input: string,
  { subject, scheduleArn, scheduledMs, number }: Attempt,
): string {
  const values: Readonly<Record<string, () => string>> = {
    'schedule-arn': () => scheduleArn,
    'scheduled-time': () => new Date(scheduledMs).toISOString().replace('.000Z', 'Z'),
    'execution-id': () => sim.draws.hex('scheduler.executionId', subject, 16),
    'attempt-number': () => String(number),
  };
  return input.replace(
    /<aws\.scheduler\.([a-z-]+)>/g,
    (keyword, name: string) => values[name]?.() ?? keyword,
  );
}
