import { NotSimulated } from './errors.ts';

/**
 * Refuses a request with a member that changes what AWS would do and that the simulator does not model. Ignoring it would
 * let a rehearsal pass with an answer that AWS would not have given.
 * @throws NotSimulated naming the operation and the member.
 */
export function refuseUnmodelled<Input extends object>(
  operation: string,
  input: Input,
  modelled: readonly (keyof Input)[],
): void {
  const known: ReadonlySet<PropertyKey> = new Set(modelled);
  for (const [member, value] of Object.entries(input)) {
    if (value !== undefined && !known.has(member)) throw new NotSimulated(`${operation} with ${member}`);
  }
}
