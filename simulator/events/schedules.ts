import defaults from '../defaults.json' with { type: 'json' };
import { AwsError, NotSimulated } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { Undeliverable } from './dispatch.ts';
import { nextOf, readTiming, type Timing } from './schedule-expression.ts';
import { type TargetCall, targetOf } from './schedule-target.ts';

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

/**
 * Runs a schedule from this instant on: a rate for the first time at once, everything else when its time comes; each time
 * somewhere within the minute (Amazon EventBridge Scheduler User Guide, "Schedule types": a precision of 60 seconds).
 * Returns the way to stop it.
 * @throws NotSimulated for flexible windows, start and end dates, and targets that are not modelled
 */
export function runSchedule(sim: Simulator, region: RegionName, schedule: Schedule): () => void {
  const timing = timingOf(schedule);
  const call = targetOf(sim, region, schedule.target);
  if (schedule.properties['State'] === 'DISABLED') return () => {};
  let isStopped = false;
  const startMs = sim.clock.nowMs();
  const wake = (scheduledMs: number): void => {
    if (isStopped) return;
    const subject = subjectOf(schedule, timing, startMs, scheduledMs);
    const offsetMs = sim.draws.sample('scheduler.precision', schedule.arn) * 1000;
    sim.clock.after(offsetMs, () => {
      if (!isStopped) invoke(sim, schedule, call, { subject, scheduledMs });
    });
    wakeAfter(scheduledMs);
  };
  const wakeAfter = (afterMs: number): void => {
    const nextMs = nextOf(timing, startMs, afterMs);
    if (nextMs !== undefined) sim.clock.at(nextMs, () => wake(nextMs));
  };
  if (timing.kind === 'rate') wake(startMs);
  else wakeAfter(startMs);
  return () => {
    isStopped = true;
  };
}

/** A rate counts its turns from where it began; everything else is named by its time. */
function subjectOf({ arn }: Schedule, timing: Timing, startMs: number, scheduledMs: number): string {
  if (timing.kind !== 'rate') return `${arn}/${scheduledMs}`;
  return `${arn}/${startMs}/${(scheduledMs - startMs) / timing.periodMs}`;
}

/**
 * When a schedule runs.
 * @throws AwsError ValidationException for an expression or a time zone that the service refuses
 * @throws NotSimulated for what is not modelled
 */
function timingOf({ expression, properties }: Schedule): Timing {
  const { FlexibleTimeWindow: window, ScheduleExpressionTimezone: timeZone } = properties;
  if (!isObject(window) || window['Mode'] !== 'OFF')
    throw new NotSimulated('a schedule with a flexible window');
  for (const member of ['StartDate', 'EndDate']) {
    if (member in properties) throw new NotSimulated(`a schedule with ${member}`);
  }
  return readTiming(expression, timeZone === undefined ? undefined : String(timeZone));
}

/** One wake-up: the time that it is for, and its name among all others. */
interface WakeUp {
  readonly subject: string;
  readonly scheduledMs: number;
}

/** At least once: now and then a target is woken twice for one time. */
function invoke(sim: Simulator, schedule: Schedule, call: TargetCall, wakeUp: WakeUp): void {
  const isTwice = sim.draws.chance(
    defaults.scheduler.duplicateProbability,
    'scheduler.duplicate',
    schedule.arn,
  );
  attempt(sim, schedule, call, wakeUp);
  if (isTwice) attempt(sim, schedule, call, { ...wakeUp, subject: `${wakeUp.subject}/again` });
}

/** Tries again with a growing pause while the target cannot take it; what is given up is lost, as without a queue. */
function attempt(
  sim: Simulator,
  schedule: Schedule,
  call: TargetCall,
  { subject, scheduledMs }: WakeUp,
): void {
  const { clock, draws } = sim;
  const firstMs = clock.nowMs();
  const again = (retried: number): void => {
    const name = retried === 0 ? subject : `${subject}/${retried}`;
    const tried = { subject: name, scheduleArn: schedule.arn, scheduledMs, number: retried + 1 };
    call(tried).catch((error: unknown) => {
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
