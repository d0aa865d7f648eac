import { AwsError, NotSimulated } from '../../../simulator/errors.ts';
import { compilePattern } from '../../../simulator/events/pattern.ts';
import type { Json } from '../../../simulator/json.ts';
import type { Pair, Verdict } from './judge.ts';

/** What we say of a pair. */
export type Answer =
  | { readonly matches: boolean }
  | { readonly reason: string }
  /** The simulated EventBridge has no answer, and says so. */
  | { readonly notSimulated: string };

/** Says whether a pattern matches an event. */
export type Matcher = (pair: Pair) => Answer;

/** Where our answer is not the engine's. */
export interface Difference extends Pair {
  readonly ours: Answer;
  readonly engine: Verdict;
}

let last: { readonly pattern: string; readonly compiled: ReturnType<typeof compilePattern> } | undefined;

/** The matcher of the simulated EventBridge. */
export const simulated: Matcher = ({ pattern, event }) => {
  try {
    if (last?.pattern !== pattern) last = { pattern, compiled: compilePattern(pattern) };
    return { matches: last.compiled(JSON.parse(event) as Json) };
  } catch (fault) {
    if (fault instanceof NotSimulated) return { notSimulated: fault.message };
    if (!(fault instanceof AwsError)) throw fault;
    return { reason: fault.message.replace(/^Event pattern is not valid\. Reason: /, '') };
  }
};

/**
 * The pairs on which a matcher and the engine disagree: over a match, a refusal, or the reason for it. Where the matcher has
 * no answer there is none to compare.
 */
export function differences(
  pairs: readonly Pair[],
  verdicts: readonly Verdict[],
  matcher: Matcher = simulated,
): readonly Difference[] {
  return pairs.flatMap((pair, at) => {
    const engine = verdicts[at]!;
    const ours = matcher(pair);
    return 'notSimulated' in ours || agree(ours, engine) ? [] : [{ ...pair, ours, engine }];
  });
}

function agree(ours: Exclude<Answer, { readonly notSimulated: string }>, engine: Verdict): boolean {
  if ('matches' in engine) {
    return 'matches' in ours && ours.matches === engine.matches && ours.matches === engine.matchesStepping;
  }
  if ('matches' in ours) return false;
  // What is no JSON the engine's parser explains, by its own rules.
  return ours.reason === 'Event pattern is not JSON' || engine.reasons.includes(ours.reason);
}

/** The first few differences, to be read. */
export function shown(found: readonly Difference[]): string {
  const few = found.slice(0, 8).map((difference) => JSON.stringify(difference));
  return `${found.length} differences\n${few.join('\n')}`;
}
