/** The command was asked for something that cannot be: its message says what and what to do; the exit code is 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
