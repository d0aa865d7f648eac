import { type Answer, sayRefusal } from '../answer.ts';
import { formatDuration } from '../plan/durations.ts';
import type { Plan } from '../plan/plan.ts';
import type { Sight } from './sight.ts';

/** `unknown` could not be read, and is never taken for `ok`. */
export type ReadinessStatus = 'ok' | 'warning' | 'unknown' | 'bad';

/** What was found about one subject of a plan, such as `servers.worker image`. */
export interface ReadinessFinding {
  readonly name: string;
  readonly status: ReadinessStatus;
  /** One sentence; unless all is well, it ends with a way out. */
  readonly detail: string;
  /**
   * Set where servers, volumes or databases would be made from what is not there: a recovery would go through its one-way
   * door and serve nobody, so that an automatic one holds.
   */
  readonly prevents?: true;
}

/** Looks at one subject of readiness. */
export type ReadinessCheck = (plan: Plan, sight: Sight) => readonly ReadinessFinding[];

export function ok(name: string, detail: string): ReadinessFinding {
  return { name, status: 'ok', detail };
}

/** @param wayOut what a person can do, as an imperative */
export function warning(name: string, what: string, wayOut: string): ReadinessFinding {
  return { name, status: 'warning', detail: `${what}; ${wayOut}` };
}

/** @param wayOut what a person can do, as an imperative */
export function bad(name: string, what: string, wayOut: string): ReadinessFinding {
  return { name, status: 'bad', detail: `${what}; ${wayOut}` };
}

/** What makes a recovery fail for certain. @param wayOut what a person can do, as an imperative */
export function fatal(name: string, what: string, wayOut: string): ReadinessFinding {
  return { ...bad(name, what, wayOut), prevents: true };
}

/** The findings of an answer, or that it could not be read. An answer that is absent was never asked for. */
export function read<Value>(
  name: string,
  answer: Answer<Value> | undefined,
  judge: (value: Value) => readonly ReadinessFinding[] | ReadinessFinding,
): readonly ReadinessFinding[] {
  if (answer?.ok) return [judge(answer.value)].flat();
  const why = answer ? sayRefusal(answer) : 'it was not read';
  const wayOut =
    answer?.kind === 'denied' ? 'allow the call, and look again' : 'look again, or look for yourself';
  return [{ name, status: 'unknown', detail: `${why}; ${wayOut}` }];
}

/** How old something is, no more exact than anybody wants to know: to the second, the minute or the day. */
export function sayAge(seconds: number): string {
  const unit = seconds >= 2 * 86_400 ? 86_400 : seconds >= 7_200 ? 60 : 1;
  return formatDuration(Math.max(0, Math.floor(seconds / unit) * unit));
}

/** `a`, `a and b`, `a, b and 3 more`: a sentence names no long list. */
export function list(names: readonly string[], most = 4): string {
  const shown = names.slice(0, names.length > most ? most - 1 : most);
  const rest = names.length - shown.length;
  const all = rest > 0 ? [...shown, `${rest} more`] : shown;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
