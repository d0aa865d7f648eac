import * as v from 'valibot';
import { recoveryScopes } from '../../recovery/terms.ts';
import { scenarios } from '../scenarios/scenarios.ts';
import { people } from '../simulate/people.ts';
import { type Disaster, disasterKinds } from './disaster.ts';
import { settingNames } from './settings.ts';

const text = v.pipe(v.string(), v.minLength(1));
const seconds = v.pipe(v.number(), v.finite(), v.minValue(0));
const seed = v.pipe(v.number(), v.integer(), v.minValue(0));
const comment = text;
const overrides = v.array(text);

const order = v.variant('command', [
  v.strictObject({ command: v.literal('approve'), recovery: text, overrides, comment }),
  v.strictObject({ command: v.literal('abort'), recovery: text, comment }),
  v.strictObject({
    command: v.literal('continue'),
    recovery: text,
    acceptsChangedPlan: v.boolean(),
    comment,
  }),
  v.strictObject({ command: v.literal('acknowledge'), plan: text, comment }),
  v.strictObject({
    command: v.picklist(['pause', 'unpause']),
    scope: v.union([v.literal('all'), v.strictObject({ plan: text })]),
    comment,
  }),
  v.strictObject({ command: v.literal('failover'), plan: text, comment }),
  v.strictObject({
    command: v.literal('drill'),
    plan: text,
    comment,
    drillScope: v.exactOptional(v.picklist(recoveryScopes)),
  }),
]);

const schema = v.strictObject({
  seed,
  setting: v.picklist(settingNames),
  kind: v.picklist(disasterKinds),
  mishaps: v.array(
    v.strictObject({
      scenario: v.pipe(
        v.string(),
        v.check((name) => Object.hasOwn(scenarios, name), 'there is no such scenario'),
      ),
      atSeconds: seconds,
      forSeconds: seconds,
      strength: v.pipe(v.number(), v.minValue(0), v.ltValue(1)),
    }),
  ),
  orders: v.array(v.strictObject({ atSeconds: seconds, by: v.picklist(people), order })),
});

/** A disaster as JSON, which `parseDisaster` reads back. */
export function printDisaster(disaster: Disaster): string {
  return `${JSON.stringify(disaster, null, 2)}\n`;
}

/** Reads a disaster from its JSON. @throws SyntaxError, or TypeError that names what is wrong and where */
export function parseDisaster(json: string): Disaster {
  const parsed = v.safeParse(schema, JSON.parse(json));
  if (parsed.success) return parsed.output;
  const [{ message }] = parsed.issues;
  const path = v.getDotPath(parsed.issues[0]);
  throw new TypeError(path ? `${path}: ${message}` : message);
}
