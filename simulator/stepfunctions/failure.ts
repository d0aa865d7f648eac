/** An error of an execution, as `Retry` and `Catch` see it: an error name and a cause, either of which may be absent. */
export class StateFailure extends Error {
  override readonly name = 'StateFailure';
  readonly error: string | undefined;
  override readonly cause: string | undefined;
  /** A further name under which `ErrorEquals` may list it, e.g. `States.HeartbeatTimeout`. */
  readonly alias: string | undefined;

  constructor(error: string | undefined, cause?: string, alias?: string) {
    super(`${error ?? 'no error name'}: ${cause ?? 'no cause'}`);
    this.error = error;
    this.cause = cause;
    this.alias = alias;
  }
}

/** Errors that end the execution whatever a wildcard says (Step Functions Developer Guide, "Error names"). */
const terminal: readonly (string | undefined)[] = ['States.Runtime', 'States.DataLimitExceeded'];

/**
 * Whether one name of an `ErrorEquals` list matches a failure. `States.ALL` leaves out `States.Runtime` and
 * `States.DataLimitExceeded`, `States.TaskFailed` leaves out `States.Timeout` as well, and `States.Runtime` matches
 * nothing at all (Step Functions Developer Guide, "Handling errors in Step Functions workflows").
 */
export function matchesError(listed: string, failure: StateFailure): boolean {
  if (failure.error === 'States.Runtime') return false;
  if (listed === 'States.ALL') return !terminal.includes(failure.error);
  if (listed === 'States.TaskFailed')
    return !terminal.includes(failure.error) && failure.error !== 'States.Timeout';
  return listed === failure.error || (failure.alias !== undefined && listed === failure.alias);
}
