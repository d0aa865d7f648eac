import { toJsonSchema } from '@valibot/to-json-schema';
import { checkSchema } from './check.ts';
import { ordersSchema, statusSchema } from './operator.ts';
import { responseSchema, summarySchema } from './schema.ts';

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

function jsonSchemaOf(
  schema:
    | typeof checkSchema
    | typeof summarySchema
    | typeof responseSchema
    | typeof statusSchema
    | typeof ordersSchema,
): Readonly<Record<string, unknown>> {
  // JSON has no infinite numbers: what the schema forbids at run time needs no word here.
  const { $schema, ...rest } = toJsonSchema(schema, { ignoreActions: ['finite'] });
  return { $schema, ...rest };
}
