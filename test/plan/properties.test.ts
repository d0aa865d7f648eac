import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { type Document, isCollection, isMap, isScalar, parseDocument, visit } from 'yaml';
import { parsePlan } from '../../recovery/plan/parse.ts';
import { goodPlan } from './cases.ts';

const seed = 20261121;
const shop = readFileSync(new URL('../../plans/shop.yaml', import.meta.url), 'utf8');

/** It parses, or it says where it is wrong: a line of the file, what, and what to do. */
function judged(text: string): void {
  const parsed = parsePlan(text, 'plan.yaml');
  if ('plan' in parsed) return;
  const lines = text.split('\n').length;
  assert.ok(parsed.errors.length > 0, 'neither a plan nor an error');
  for (const { file, line, message, fix } of parsed.errors) {
    assert.equal(file, 'plan.yaml');
    assert.ok(Number.isInteger(line) && line >= 1 && line <= lines, `line ${line} of ${lines}`);
    assert.ok(
      message !== '' && fix !== '' && !/undefined|\[object/.test(message + fix),
      `${message}: ${fix}`,
    );
  }
}

type Mutation = (document: Document, pick: number) => void;

/** Every pair of the document's maps, as [map, index]. */
function pairs(document: Document): [{ items: { key: unknown; value: unknown }[] }, number][] {
  const found: [{ items: { key: unknown; value: unknown }[] }, number][] = [];
  visit(document, {
    Map: (_, map) => {
      for (const index of map.items.keys()) found.push([map, index]);
    },
  });
  return found;
}

const values = [
  null,
  true,
  0,
  -1,
  1.5,
  'x',
  '',
  '${',
  [],
  {},
  [[]],
  { a: 1 },
  Number.NaN,
  1e30,
  '2026-01-01',
  '\u0000',
];

const mutations: Record<string, Mutation> = {
  'deletes a key': (document, pick) => {
    const all = pairs(document);
    const [map, index] = all[pick % all.length]!;
    map.items.splice(index, 1);
  },
  'misspells a key': (document, pick) => {
    const all = pairs(document);
    const [map, index] = all[pick % all.length]!;
    const { key } = map.items[index]!;
    if (isScalar(key)) key.value = String(key.value).slice(1) + String(key.value).slice(0, 1);
  },
  'changes a value': (document, pick) => {
    const all = pairs(document);
    const [map, index] = all[pick % all.length]!;
    map.items[index]!.value = document.createNode(values[Math.floor(pick / all.length) % values.length]);
  },
  'moves a part elsewhere': (document, pick) => {
    const all = pairs(document);
    const [from, index] = all[pick % all.length]!;
    const [to] = all[Math.floor(pick / 7) % all.length]!;
    const [pair] = from.items.splice(index, 1);
    if (pair && !(isCollection(pair.value) && isMap(to) && pair.value === (to as unknown)))
      to.items.push(pair);
  },
};

for (const [name, mutate] of Object.entries(mutations)) {
  test(`a plan in which someone ${name} parses or tells where it is wrong`, () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 4 }), (picks) => {
        const document = parseDocument(shop);
        for (const pick of picks) if (pairs(document).length > 0) mutate(document, pick);
        judged(String(document));
      }),
      { seed, numRuns: 80 },
    );
  });
}

test('a plan whose keys are written in another order means the same and has the same hash', () => {
  const hashOf = (text: string) => {
    const parsed = parsePlan(text, 'plan.yaml');
    assert.ok('plan' in parsed, JSON.stringify(parsed));
    return parsed.plan;
  };
  const plan = hashOf(goodPlan);
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat(1_000)), (picks) => {
      const document = parseDocument(goodPlan);
      visit(document, {
        Map: (_, map) => {
          const places = new Map(map.items.map((item) => [item, picks.next().value]));
          map.items.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
        },
      });
      assert.deepEqual(hashOf(String(document)), plan);
    }),
    { seed, numRuns: 30 },
  );
});

test('a plan without one of its keys is the same plan or a mistake with a line, whichever the key', () => {
  const count = pairs(parseDocument(goodPlan)).length;
  for (let pick = 0; pick < count; pick += 1) {
    const document = parseDocument(goodPlan);
    mutations['deletes a key']!(document, pick);
    judged(String(document));
  }
});

test('text with anything inserted, cut or repeated parses or tells where it is wrong', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('\n', '\t', '---', '*a', '&a ', '{', ']', ': ', '"', '!!x ', '<<: ', '? '),
  );
  fc.assert(
    fc.property(fc.nat(goodPlan.length), fc.nat(40), piece, (place, length, inserted) => {
      judged(goodPlan.slice(0, place) + inserted + goodPlan.slice(place + length));
    }),
    { seed, numRuns: 400 },
  );
});

test('any text at all parses or tells where it is wrong', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), judged), { seed, numRuns: 300 });
});
