import { errorsOf } from '../../simulator/error-catalogue.ts';
import { changes } from '../scenarios/calls.ts';
import { type Aim, type Blow, caseOf, type SweepCase } from './case.ts';
import type { RecordedCall, RecordedInvocation, Recording } from './record.ts';

/** How much of a run is gone through. */
export interface Choice {
  /** Every call and every invocation, also those that saw and did the same as one before. */
  readonly isAll: boolean;
}

/**
 * Every run of a sweep, in the order of the recording: for each call every error of the catalogue and its time-out before and
 * after the effect, for each call the death of its function right after it and its standstill there until its own time is up,
 * and each invocation twice: at once, one after the other, and once more when the first has long ended.
 *
 * Without `isAll`, of invocations of a function that asked the same in the same order the first stands for all: a step that
 * looks again and finds nothing new. For calls that change nothing the time-out after the effect is the one before it, and a
 * death or a standstill after one of them is that after the call before it.
 * @throws NotSimulated for a call that the catalogue does not know
 */
export function casesOf(recording: Recording, { isAll }: Choice): readonly SweepCase[] {
  const invocations = isAll ? recording.invocations : firstOfEach(recording.invocations);
  const calls = [...invocations.flatMap((invocation) => invocation.calls), ...recording.others];
  return [
    ...calls.flatMap((call) => callCases(call, isAll)),
    ...invocations.flatMap(({ aim }) =>
      (['refuse', 'loseResult'] as const).map((kind) => caseOf('calls', aim, { kind })),
    ),
    ...invocations.flatMap((invocation) => deaths(invocation, recording, isAll)),
    ...invocations.flatMap((invocation) => standstills(invocation, recording, isAll)),
    ...invocations.flatMap(twins),
  ];
}

function firstOfEach(invocations: readonly RecordedInvocation[]): readonly RecordedInvocation[] {
  const seen = new Set<string>();
  return invocations.filter(({ did }) => {
    const isNew = !seen.has(did);
    seen.add(did);
    return isNew;
  });
}

function callCases({ aim, call, input }: RecordedCall, isAll: boolean): readonly SweepCase[] {
  const { service, operation } = call;
  const blows: readonly Blow[] = [
    ...errorsOf(service, operation, input).map((error): Blow => ({ kind: 'error', ...error })),
    { kind: 'hang' },
    ...(isAll || changes(call) ? [{ kind: 'loseAnswer' } as const] : []),
  ];
  return blows.map((blow) => caseOf('calls', aim, blow));
}

/** Less than any latency: the call has acted by then, and its answer is not there yet. */
const beforeAnswerSeconds = 0.0001;

/** When each call of an invocation that is to be struck has acted, in seconds since its start. */
function actedAt(
  { startedAtMs, calls }: RecordedInvocation,
  { answeredAtMs }: Recording,
  isAll: boolean,
): readonly { readonly aim: Aim; readonly seconds: number }[] {
  return calls
    .filter(({ call }) => isAll || changes(call))
    .map(({ aim, call }) => ({
      aim,
      seconds: (answeredAtMs.get(call.requestId)! - startedAtMs) / 1000 - beforeAnswerSeconds,
    }));
}

function deaths(invocation: RecordedInvocation, recording: Recording, isAll: boolean): readonly SweepCase[] {
  const { aim, requestId } = invocation;
  const after = actedAt(invocation, recording, isAll).map((acted) =>
    caseOf('crashes', acted.aim, { kind: 'die', requestId, seconds: acted.seconds }),
  );
  return [caseOf('crashes', aim, { kind: 'neverStart' }), ...after];
}

function standstills(
  invocation: RecordedInvocation,
  recording: Recording,
  isAll: boolean,
): readonly SweepCase[] {
  const { aim, requestId } = invocation;
  const after = actedAt(invocation, recording, isAll).map((acted) =>
    caseOf('timeOuts', acted.aim, { kind: 'timeOut', requestId, seconds: acted.seconds }),
  );
  return [caseOf('timeOuts', aim, { kind: 'timeOut', requestId }), ...after];
}

/** By then a machine has gone on to what comes next. */
const lateSeconds = 30;
/** After the end of the first one, and before anything comes of it. */
const inTurnSeconds = 0.001;

function twins({ aim, startedAtMs, endedAtMs }: RecordedInvocation): readonly SweepCase[] {
  const seconds = (endedAtMs - startedAtMs) / 1000;
  const blows: readonly Blow[] = [
    { kind: 'twice' },
    { kind: 'twiceInTurn', seconds: seconds + inTurnSeconds },
    { kind: 'twiceLate', seconds: seconds + lateSeconds },
  ];
  return blows.map((blow) => caseOf('twice', aim, blow));
}
