import defaults from '../defaults.json' with { type: 'json' };
import { AwsError, NotSimulated } from '../errors.ts';
import { isObject, type JsonObject, parseJson } from '../json.ts';
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { askAs, authorise, judge, Undeliverable } from './dispatch.ts';

/** A schedule of EventBridge Scheduler. */
export interface Schedule {
  readonly name: string;
  readonly arn: string;
  readonly expression: string;
  readonly target: JsonObject;
  /** All members as they were given. */
  readonly properties: JsonObject;
}

const { retry } = defaults.scheduler;

/** Back-off doubles from one second to this; AWS documents only "exponential backoff". */
const longestBackoffSeconds = 600;

const unitSeconds: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/**
 * Runs a schedule of a rate from this instant on: the first time at once, then once a period, each time somewhere within
 * the minute (Amazon EventBridge Scheduler User Guide, "Schedule types": a precision of 60 seconds). Returns the way to
 * stop it.
 * @throws NotSimulated for other expressions, flexible windows, start and end dates, and targets that are not modelled
 */
export function runSchedule(sim: Simulator, region: RegionName, schedule: Schedule): () => void {
  const periodMs = periodSecondsOf(schedule) * 1000;
  const call = targetOf(sim, region, schedule);
  if (schedule.properties['State'] === 'DISABLED') return () => {};
  let isStopped = false;
  const startMs = sim.clock.nowMs();
  const wake = (ordinal: number): void => {
    if (isStopped) return;
    const subject = `${schedule.arn}/${startMs}/${ordinal}`;
    const offsetMs = sim.draws.sample('scheduler.precision', schedule.arn) * 1000;
    sim.clock.after(offsetMs, () => {
      if (!isStopped) invoke(sim, schedule, call, subject);
    });
    sim.clock.at(startMs + (ordinal + 1) * periodMs, () => wake(ordinal + 1));
  };
  wake(0);
  return () => {
    isStopped = true;
  };
}

function periodSecondsOf({ expression, properties }: Schedule): number {
  const { FlexibleTimeWindow: window } = properties;
  if (!isObject(window) || window['Mode'] !== 'OFF')
    throw new NotSimulated('a schedule with a flexible window');
  for (const member of ['StartDate', 'EndDate']) {
    if (member in properties) throw new NotSimulated(`a schedule with ${member}`);
  }
  const [, count, unit] = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count === undefined || unit === undefined) throw new NotSimulated(`a schedule of ${expression}`);
  return Number(count) * (unitSeconds[unit] ?? 0);
}

/** Asks the target once, under the identity `subject`. */
type TargetCall = (subject: string) => Promise<void>;

function targetOf(sim: Simulator, region: RegionName, { target }: Schedule): TargetCall {
  const known = ['Arn', 'RoleArn', 'Input', 'RetryPolicy', 'DeadLetterConfig'];
  const unknown = Object.keys(target).find((member) => !known.includes(member));
  if (unknown !== undefined) throw new NotSimulated(`a schedule whose target has ${unknown}`);
  const arn = String(target['Arn']);
  const principal = String(target['RoleArn']);
  const input = target['Input'] === undefined ? '{}' : String(target['Input']);
  const event = parseJson(input);
  if (event === undefined) throw new NotSimulated('a schedule whose input is no JSON');
  if (/^arn:aws:lambda:/.test(arn)) {
    return async (subject) => {
      authorise(sim, principal, 'lambda:InvokeFunction', arn);
      try {
        sim.region(region).lambda.invokeLater(arn, event, subject);
      } catch (error) {
        throw judge(error);
      }
    };
  }
  if (/^arn:aws:states:[^:]+:\d+:stateMachine:/.test(arn)) {
    return async (subject) => {
      authorise(sim, principal, 'states:StartExecution', arn);
      const name = sim.draws.uuid('scheduler.executionName', subject);
      await askAs(sim, {
        service: 'states',
        operation: 'StartExecution',
        input: { stateMachineArn: arn, name, input },
        region,
        principal,
        sessionName: 'scheduler',
        subject,
      });
    };
  }
  throw new NotSimulated(`a schedule with the target ${arn}`);
}

/** At least once: now and then a target is woken twice for one time. */
function invoke(sim: Simulator, schedule: Schedule, call: TargetCall, subject: string): void {
  const isTwice = sim.draws.chance(
    defaults.scheduler.duplicateProbability,
    'scheduler.duplicate',
    schedule.arn,
  );
  attempt(sim, schedule, call, subject);
  if (isTwice) attempt(sim, schedule, call, `${subject}/again`);
}

/** Tries again with a growing pause while the target cannot take it; what is given up is lost, as without a queue. */
function attempt(sim: Simulator, schedule: Schedule, call: TargetCall, subject: string): void {
  const { clock, draws } = sim;
  const firstMs = clock.nowMs();
  const again = (retried: number): void => {
    call(retried === 0 ? subject : `${subject}/${retried}`).catch((error: unknown) => {
      if (error instanceof Undeliverable) return;
      if (!(error instanceof AwsError)) {
        clock.abort(error);
        return;
      }
      const policy = isObject(schedule.target['RetryPolicy']) ? schedule.target['RetryPolicy'] : {};
      const most = Number(policy['MaximumRetryAttempts'] ?? retry.maxAttempts);
      const maxAgeSeconds = Number(policy['MaximumEventAgeInSeconds'] ?? retry.maxAgeSeconds);
      const backoff = Math.min(2 ** retried, longestBackoffSeconds);
      const delayMs = backoff * 1000 * (0.5 + draws.unit('scheduler.backoff', subject) / 2);
      if (retried >= most || clock.nowMs() + delayMs - firstMs > maxAgeSeconds * 1000) return;
      clock.after(delayMs, () => again(retried + 1));
    });
  };
  again(0);
}
