/**
 * Writes the JSON Schemas that editors and other programs read, from the valibot schemas that we check with:
 * `npm run schema`. A test fails when a committed one is stale.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { planSchema } from '../recovery/plan/schema.ts';
import {
  checkJsonSchema,
  drillJsonSchema,
  eventJsonSchema,
  historyJsonSchema,
  orderJsonSchema,
  statusJsonSchema,
  stormJsonSchema,
  sweepJsonSchema,
} from '../report/json-schema.ts';
import { noticesJsonSchema, noticesPage } from '../report/notices.ts';

/** A schema file, by its path from the top of the repository. */
export interface SchemaFile {
  readonly path: string;
  readonly make: () => object;
}

/**
 * The form of a plan file, JSON Schema draft-07, which YAML editors understand. `noun` is for our own errors; the bounds of
 * durations are in their descriptions, since no keyword tells them.
 */
export function planJsonSchema(): object {
  return toJsonSchema(planSchema, {
    target: 'draft-07',
    ignoreActions: ['check'],
    overrideAction: ({ valibotAction, jsonSchema }) => {
      if (valibotAction.type !== 'metadata') return undefined;
      const { noun: _, ...rest } = jsonSchema as typeof jsonSchema & { noun?: string };
      return rest;
    },
  });
}

/** Every schema file of the repository. */
export const schemaFiles: readonly SchemaFile[] = [
  { path: 'plans/plan.schema.json', make: planJsonSchema },
  { path: 'docs/check.schema.json', make: checkJsonSchema },
  { path: 'docs/drill.schema.json', make: drillJsonSchema },
  { path: 'docs/event.schema.json', make: eventJsonSchema },
  { path: 'docs/history.schema.json', make: historyJsonSchema },
  { path: 'docs/notices.schema.json', make: noticesJsonSchema },
  { path: 'docs/order.schema.json', make: orderJsonSchema },
  { path: 'docs/status.schema.json', make: statusJsonSchema },
  { path: 'docs/storm.schema.json', make: stormJsonSchema },
  { path: 'docs/sweep.schema.json', make: sweepJsonSchema },
];

function writeAll(): void {
  writeFileSync(fileURLToPath(new URL('../docs/events.md', import.meta.url)), noticesPage());
  const paths = schemaFiles.map(({ path, make }) => {
    const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
    writeFileSync(file, `${JSON.stringify(make(), null, 2)}\n`);
    return file;
  });
  const formatter = fileURLToPath(new URL('../stack/tools/biome.ts', import.meta.url));
  const { status } = spawnSync(process.execPath, [formatter, 'format', '--write', ...paths], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}

if (import.meta.main) writeAll();
