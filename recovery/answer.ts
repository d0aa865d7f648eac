/**
 * What AWS answered, as a value. A step decides by `kind`; only our own defects are thrown.
 *
 * - `transient`: throttled, busy or failing; the same call may succeed a little later.
 * - `absent`: the resource is not there, or not yet visible (EC2 and RDS are eventually consistent).
 * - `conflict`: it is in a state that forbids the call, or somebody else was first.
 * - `denied`: a permission is missing.
 * - `capacity`: no capacity, quota or address left for this type, zone or subnet.
 * - `unknown`: no answer in time. The call may have acted: look before doing anything else.
 * - `unlisted`: an error that this project has no rule for; a step holds on it.
 */
export type RefusalKind =
  | 'transient'
  | 'absent'
  | 'conflict'
  | 'denied'
  | 'capacity'
  | 'unknown'
  | 'unlisted';

export interface Refusal {
  readonly ok: false;
  readonly kind: RefusalKind;
  /** AWS's code, `Deadline` when no answer came, `OutOfTime` when the call was not started at all. */
  readonly code: string;
  readonly message: string;
  /** What was asked, e.g. `ec2:StartInstances`. */
  readonly asked: string;
}

export type Answer<T> = { readonly ok: true; readonly value: T } | Refusal;

/** Rewrites the value of a good answer; a refusal stays as it is. */
export function mapAnswer<T, U>(answer: Answer<T>, rewrite: (value: T) => U): Answer<U> {
  return answer.ok ? { ok: true, value: rewrite(answer.value) } : answer;
}

/** One sentence for a record or a person, e.g. `ec2:StartInstances answered InsufficientInstanceCapacity: …`. */
export function sayRefusal(refusal: Refusal): string {
  switch (refusal.code) {
    case 'Deadline':
      return `${refusal.asked} gave no answer in time`;
    case 'OutOfTime':
      return `${refusal.asked} was not started: the invocation has too little time left`;
    default:
      return `${refusal.asked} answered ${refusal.code}: ${refusal.message}`;
  }
}
