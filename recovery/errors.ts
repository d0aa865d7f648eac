/**
 * Defects: what must never happen, thrown so that the state machine's Catch concludes the recovery. Everything that can be
 * expected of AWS or of a person is a value instead. Names are literals: bundling renames classes, machines match names.
 */

/** The event that a function was called with is not what its machine sends. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}

/** An invariant of ours does not hold. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

/** Ends the invocation when `holds` is false; `what` says which invariant broke. */
export function invariant(holds: unknown, what: string): asserts holds {
  if (!holds) throw new BrokenInvariant(what);
}
