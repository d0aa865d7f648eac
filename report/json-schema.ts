import { toJsonSchema } from '@valibot/to-json-schema';
import { checkSchema } from './check.ts';
import { historySchema } from './history.ts';
import { ordersSchema, statusSchema } from './operator.ts';
import { responseSchema, summarySchema } from './schema.ts';
import { stormSchema } from './storm.ts';
import { sweepSchema } from './sweep.ts';

/** The JSON Schema of what `lifeboat drill --json` prints; the source of `docs/drill.schema.json`. */
export function drillJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(summarySchema);
}

/** The JSON Schema of what `lifeboat check --json` prints; the source of `docs/check.schema.json`. */
export function checkJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(checkSchema);
}

/** The JSON Schema of what `lifeboat event --json` prints; the source of `docs/event.schema.json`. */
export function eventJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(responseSchema);
}

/** The JSON Schema of what `lifeboat status --json` prints; the source of `docs/status.schema.json`. */
export function statusJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(statusSchema);
}

/** The JSON Schema of what orders such as `lifeboat approve --json` print; the source of `docs/order.schema.json`. */
export function orderJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(ordersSchema);
}

/** The JSON Schema of what `lifeboat storm --json` prints; the source of `docs/storm.schema.json`. */
export function stormJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(stormSchema);
}

/** The JSON Schema of what `lifeboat sweep --json` prints; the source of `docs/sweep.schema.json`. */
export function sweepJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(sweepSchema);
}

/** The JSON Schema of what `lifeboat history --json` prints; the source of `docs/history.schema.json`. */
export function historyJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(historySchema);
}

function jsonSchemaOf(
  schema:
    | typeof checkSchema
    | typeof historySchema
    | typeof summarySchema
    | typeof responseSchema
    | typeof statusSchema
    | typeof stormSchema
    | typeof sweepSchema
    | typeof ordersSchema,
): Readonly<Record<string, unknown>> {
  // JSON has no infinite numbers: what the schema forbids at run time needs no word here.
  const { $schema, ...rest } = toJsonSchema(schema, { ignoreActions: ['finite'] });
  return { $schema, ...rest };
}
