import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { planJsonSchema, schemaFiles } from '../../cli/schemas.ts';
import { badPlans, goodPlan } from './cases.ts';

const top = new URL('../../', import.meta.url);
const valid = new Ajv({ allErrors: true }).compile(planJsonSchema());
const planFiles = readdirSync(new URL('plans/', top)).filter((file) => file.endsWith('.yaml'));

for (const { path, make } of schemaFiles) {
  test(`${path} is what npm run schema writes`, () => {
    assert.deepEqual(JSON.parse(readFileSync(new URL(path, top), 'utf8')), make());
  });
}

for (const file of planFiles) {
  test(`plans/${file} satisfies its JSON Schema and tells editors where that is`, () => {
    const text = readFileSync(new URL(`plans/${file}`, top), 'utf8');
    assert.ok(text.startsWith('# yaml-language-server: $schema=plan.schema.json\n'));
    assert.ok(valid(parse(text)), JSON.stringify(valid.errors));
  });
}

test('the plan that the cases break satisfies the JSON Schema', () => {
  assert.ok(valid(parse(goodPlan)), JSON.stringify(valid.errors));
});

for (const kind of ['form', 'words']) {
  for (const { name, text } of badPlans(kind)) {
    test(`the JSON Schema refuses too: ${name}`, () => {
      assert.equal(valid(parse(text)), false);
    });
  }
}

for (const kind of ['bounds', 'meaning']) {
  for (const { name, text } of badPlans(kind)) {
    test(`the JSON Schema leaves to the parser: ${name}`, () => {
      assert.ok(valid(parse(text)), JSON.stringify(valid.errors));
    });
  }
}

interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
}

test('every field of a plan has a title, a description and an example that satisfies it', () => {
  const examples = new Ajv();
  const walk = (schema: JsonSchema, path: string): void => {
    assert.ok(schema.title && schema.description, `${path} is not documented`);
    if (schema.properties === undefined || path !== 'plan') {
      const [example] = schema.examples ?? [];
      const holds = examples.compile(schema);
      assert.ok(
        holds(example),
        `${path}: its example ${JSON.stringify(example)} ${JSON.stringify(holds.errors)}`,
      );
    }
    for (const [key, inner] of Object.entries(schema.properties ?? {})) walk(inner, `${path}.${key}`);
    if (schema.additionalProperties) walk(schema.additionalProperties, `${path}.*`);
    if (schema.items) walk(schema.items, `${path}[]`);
  };
  walk(planJsonSchema() as JsonSchema, 'plan');
});
