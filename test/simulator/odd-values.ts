/** Values near those of a schema: some fit it, some do not, some fit it and hold what protocols have trouble with. */
import fc from 'fast-check';
import type { Schema } from './wire-values.ts';

const strange: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  undefined,
  7,
  '7',
  true,
  {},
  [],
  [null],
);
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', '\n', ' a ', '\0', '\ud800', '\u00a0', '\ufeff', ']]>', '&amp;', '__proto__'),
);
const key = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('', ' ', '<a>', 'a.b', '1'));

export function oddValues(schema: Schema): fc.Arbitrary<unknown> {
  return schema.isStructSchema() ? structureOf(schema, 0) : fc.constant({});
}

function nearTo(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (depth > 4) return fc.constant(undefined);
  return fc.oneof({ weight: 30, arbitrary: fittingOf(schema, depth) }, { weight: 1, arbitrary: strange });
}

function fittingOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (schema.isStructSchema()) return structureOf(schema, depth);
  if (schema.isListSchema()) return fc.array(nearTo(schema.getValueSchema(), depth + 1), { maxLength: 3 });
  if (schema.isMapSchema())
    return fc.dictionary(key, nearTo(schema.getValueSchema(), depth + 1), { maxKeys: 3 });
  if (schema.isBlobSchema()) return fc.uint8Array({ maxLength: 5 });
  if (schema.isTimestampSchema())
    return fc.date({ min: new Date(0), max: new Date('9990-01-01'), noInvalidDate: true });
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema()) return fc.oneof(fc.integer(), fc.double(), fc.constant(-0));
  return text;
}

/** A few members at a time, or nothing would ever fit. */
function structureOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const members = [...schema.structIterator()];
  const few = fc.subarray(members, { maxLength: Math.min(members.length, 4) });
  return few.chain((some) =>
    fc.record(Object.fromEntries(some.map(([name, member]) => [name, nearTo(member, depth + 1)]))),
  );
}
