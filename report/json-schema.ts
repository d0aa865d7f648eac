import { toJsonSchema } from '@valibot/to-json-schema';
import { responseSchema, summarySchema } from './schema.ts';

/** The JSON Schema of what `lifeboat drill --json` prints; the source of `docs/drill.schema.json`. */
export function drillJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(summarySchema);
}

/** The JSON Schema of what `lifeboat event --json` prints; the source of `docs/event.schema.json`. */
export function eventJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(responseSchema);
}

function jsonSchemaOf(
  schema: typeof summarySchema | typeof responseSchema,
): Readonly<Record<string, unknown>> {
  // JSON has no infinite numbers: what the schema forbids at run time needs no word here.
  const { $schema, ...rest } = toJsonSchema(schema, { ignoreActions: ['finite'] });
  return { $schema, ...rest };
}
