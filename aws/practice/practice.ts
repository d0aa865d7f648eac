import * as v from 'valibot';
import { InvalidInput } from '../../recovery/errors.ts';
import type { Invocation } from '../deps.ts';
import { openResponse } from '../response/context.ts';
import { lookAtPractice } from './look.ts';
import { startDrill } from './start.ts';

/** A schedule of a plan says which drill and for which time; the hourly look says nothing. */
export const practiceInput = v.union([
  v.strictObject({
    plan: v.pipe(v.string(), v.nonEmpty()),
    schedule: v.picklist(['monthly', 'quarterly']),
    at: v.pipe(v.string(), v.isoTimestamp()),
  }),
  v.strictObject({}),
]);

/**
 * Starts the drills that plans promise, and looks whether they took place and were good.
 * @throws InvalidInput when the stack has not told the function which machine drills
 */
export function practice(
  input: v.InferOutput<typeof practiceInput>,
  invocation: Invocation,
): Promise<object> {
  const { environment, clock } = invocation.deps;
  const machineArn = environment['LIFEBOAT_DRILL_MACHINE'];
  if (!machineArn) throw new InvalidInput('environment variable LIFEBOAT_DRILL_MACHINE: it is absent');
  const context = openResponse(invocation, { now: new Date(clock.nowMs()).toISOString() });
  return 'plan' in input ? startDrill(context, machineArn, input) : lookAtPractice(context);
}
