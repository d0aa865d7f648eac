import { errorsOf } from '../../simulator/error-catalogue.ts';
import { changes } from '../scenarios/calls.ts';
import { type Blow, caseOf, type SweepCase } from './case.ts';
import type { RecordedCall, RecordedInvocation, Recording } from './record.ts';

/** How much of a run is gone through. */
export interface Choice {
  /** Every call and every invocation, also those that saw and did the same as one before. */
  readonly isAll: boolean;
}

/**
 * Every run of a sweep, in the order of the recording: for each call every error of the catalogue and its time-out before and
 * after the effect, for each call the death of its function right after it, and each invocation twice at once.
 *
 * Without `isAll`, of invocations of a function that asked the same in the same order the first stands for all: a step that
 * looks again and finds nothing new. For calls that change nothing the time-out after the effect is the one before it, and a
 * death after one of them is the death after the call before it.
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
    ...invocations.map(({ aim }) => caseOf('twice', aim, { kind: 'twice' })),
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

function deaths(
  { aim, requestId, startedAtMs, calls }: RecordedInvocation,
  { answeredAtMs }: Recording,
  isAll: boolean,
): readonly SweepCase[] {
  const after = calls
    .filter(({ call }) => isAll || changes(call))
    .map(({ aim: callAim, call }) => {
      const seconds = (answeredAtMs.get(call.requestId)! - startedAtMs) / 1000 - beforeAnswerSeconds;
      return caseOf('crashes', callAim, { kind: 'die', requestId, seconds });
    });
  return [caseOf('crashes', aim, { kind: 'neverStart' }), ...after];
}
