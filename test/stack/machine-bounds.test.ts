/** No execution outlives its bound: what a machine can spend on its steps, at the worst, is less than its own time-out. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { stepBoundSeconds } from '../../recovery/bounds.ts';
import { longestRecovery } from '../../recovery/plan/defaults.ts';
import { secondsOf } from '../../recovery/plan/fields.ts';
import { root } from '../../stack/places.ts';
import { shopPlan } from '../recovery/plans.ts';

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts?: number;
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
}

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly Retrier[];
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly Branches?: readonly Machine[];
  readonly ItemProcessor?: Machine;
}

interface Machine {
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
}

const machine = (name: string) =>
  JSON.parse(readFileSync(join(root, 'statemachines', `${name}.asl.json`), 'utf8')) as Machine;
const recovery = machine('recovery');

function everyState({ States }: Machine): readonly (readonly [string, State])[] {
  return Object.entries(States).flatMap(([name, state]): readonly (readonly [string, State])[] => [
    [name, state],
    ...(state.Branches ?? []).flatMap(everyState),
    ...(state.ItemProcessor ? everyState(state.ItemProcessor) : []),
  ]);
}

/** What one entry of a Task takes at the most: every attempt of every retrier runs into its time-out. */
function longest({ TimeoutSeconds = Infinity, Retry = [] }: State): number {
  const retries = Retry.flatMap(
    ({ MaxAttempts = 3, IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds }) =>
      Array.from({ length: MaxAttempts }, (_, attempt) =>
        Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds ?? Infinity),
      ),
  );
  return retries.reduce((seconds, delay) => seconds + delay + TimeoutSeconds, TimeoutSeconds);
}

for (const name of ['recovery', 'response']) {
  test(`the machine ${name} has a time-out, each of its Tasks has one, and each retry an end`, () => {
    const { TimeoutSeconds, ...rest } = machine(name);
    assert.ok(TimeoutSeconds);
    for (const [state, { Type, ...fields }] of everyState(rest)) {
      if (Type !== 'Task') continue;
      assert.ok(fields.TimeoutSeconds, state);
      for (const retrier of fields.Retry ?? []) {
        assert.ok(retrier.MaxAttempts, `${state} says how often`);
        assert.ok(Number.isFinite(longest({ Type, ...fields })), state);
      }
    }
  });
}

for (const name of ['recovery', 'response', 'remount']) {
  test(`each function that the machine ${name} calls is called again when Lambda refuses, breaks or is too slow`, () => {
    const tasks = everyState(machine(name)).filter(([, { Resource }]) => Resource?.endsWith('FunctionArn}'));
    assert.ok(tasks.length > 0);
    for (const [state, { Retry = [] }] of tasks) {
      const errors = new Set(Retry.flatMap(({ ErrorEquals }) => ErrorEquals));
      for (const error of ['Lambda.TooManyRequestsException', 'Lambda.ServiceException', 'States.Timeout'])
        assert.ok(errors.has(error), `${state} after ${error}`);
    }
  });
}

test('a recovery waits only as long as its steps ask for, which is five minutes at the most', () => {
  for (const [name, { Type, SecondsPath }] of everyState(recovery)) {
    if (Type === 'Wait') assert.equal(SecondsPath, '$.last.waitSeconds', name);
  }
});

test('the longest recovery, with every retry of every step to its end, is over before its machine ends it', () => {
  const tasks = everyState(recovery).filter(([, { Type }]) => Type === 'Task');
  assert.ok(tasks.length >= 15);
  // A step that works beyond the bound of its recovery fails at its next look, which may need every retry; what comes
  // after the work has bounds of its own.
  const retried = tasks.reduce((seconds, [, state]) => seconds + longest(state), 0);
  const plan = shopPlan();
  const afterwards = (['open', 'cleanup', 'sweep', 'conclude'] as const).reduce(
    (seconds, step) => seconds + stepBoundSeconds(step, plan, 'drill'),
    0,
  );
  const seconds = secondsOf(longestRecovery) + retried + afterwards;
  assert.ok(seconds < (recovery.TimeoutSeconds ?? 0), `${seconds} s`);
});

for (const name of ['recovery', 'response', 'remount']) {
  test(`each Task of the machine ${name} that is told a date is told how often it was tried since`, () => {
    const told = everyState(machine(name)).filter(
      ([, { Parameters }]) => Parameters?.['now.$'] !== undefined,
    );
    assert.ok(told.length > 0);
    for (const [state, { Parameters }] of told) {
      assert.equal(Parameters?.['now.$'], '$$.State.EnteredTime', state);
      assert.equal(Parameters?.['retries.$'], '$$.State.RetryCount', state);
    }
  });
}
