import { toJsonSchema } from '@valibot/to-json-schema';
import { summarySchema } from './schema.ts';

/** The JSON Schema of what `lifeboat drill --json` prints; the source of `docs/drill.schema.json`. */
export function drillJsonSchema(): Readonly<Record<string, unknown>> {
  // JSON has no infinite numbers: what the schema forbids at run time needs no word here.
  const { $schema, ...rest } = toJsonSchema(summarySchema, { ignoreActions: ['finite'] });
  return { $schema, ...rest };
}
