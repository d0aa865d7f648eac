/**
 * A plan as people write it in YAML: names, words and durations, every field documented for editors. `parse.ts` checks a
 * file against it, `references.ts` checks what no form can tell, `compile.ts` makes the `Plan`.
 */
import type { InferOutput } from 'valibot';
import { defaults, longestRecovery } from './defaults.ts';
import { duration, map, maybe } from './fields.ts';
import { drill, notify, reload, settings, traffic, verify } from './schema/after.ts';
import { databases, fence, servers, volumes } from './schema/items.ts';
import { name } from './schema/names.ts';
import { after } from './schema/order.ts';
import { objectives, regions, trigger } from './schema/watching.ts';

/** The whole file. */
export const planSchema = map(
  {
    plan: name('the plan', 'shop'),
    objectives: maybe(objectives),
    regions,
    trigger,
    after: maybe(after),
    fence: maybe(fence),
    databases: maybe(databases),
    servers: maybe(servers),
    volumes: maybe(volumes),
    settings: maybe(settings),
    reload: maybe(reload),
    verify: maybe(verify),
    traffic: maybe(traffic),
    drill: maybe(drill),
    notify: maybe(notify),
    maxDuration: maybe(
      duration('15m', longestRecovery, {
        title: 'Longest',
        description: 'The longest that a failover may take before its machine ends it.',
        example: '4h',
        otherwise: defaults.maxDuration,
      }),
    ),
  },
  {
    title: 'Recovery plan',
    description: 'What Lifeboat recovers for one workload, where, when and how.',
    noun: 'a map with plan, regions and trigger',
    example: { plan: 'shop' },
  },
);

/** A plan in its human form, after the schema and before `compile.ts`. */
export type PlanForm = InferOutput<typeof planSchema>;
