import type { Pair } from './judge.ts';

/** Where we do not follow the engine, by decision, and a pair on which that shows. */
export interface Explained extends Pair {
  readonly why: string;
  readonly source: string;
}

const operatorsPage = 'Amazon EventBridge User Guide, "Comparison operators for use in event patterns"';

/** What EventBridge restricts beyond its engine. The generators draw none of it. */
export const narrower: readonly Explained[] = [
  {
    why: 'a pattern compares numbers up to five thousand million only',
    source: operatorsPage,
    pattern: '{"a":[{"numeric":[">",5000000001]}]}',
    event: '{"a":5000000002}',
  },
  {
    why: 'a number beyond five thousand million in an event is not compared',
    source: operatorsPage,
    pattern: '{"a":[{"numeric":[">",1]}]}',
    event: '{"a":5000000001}',
  },
  {
    why: '`exactly` is an operator of the engine that EventBridge does not list',
    source: operatorsPage,
    pattern: '{"a":[{"exactly":"b"}]}',
    event: '{"a":"b"}',
  },
  {
    why: 'a pattern has 2,048 characters at most',
    source: 'Amazon EventBridge User Guide, "Quotas"',
    pattern: `{"a":["b","${'x'.repeat(2048)}"]}`,
    event: '{"a":"b"}',
  },
  {
    why: 'a pattern is one JSON object: the engine does not read what follows it',
    source: 'Amazon EventBridge User Guide, "Event pattern syntax"',
    pattern: '{"a":["b"]} c',
    event: '{"a":"b"}',
  },
];

/** A fault of the engine, against its documentation and EventBridge's: nobody could say what EventBridge does there. */
export interface EngineFault extends Explained {
  /** What the documentation says of the pair. */
  readonly matches: boolean;
}

const engine = 'https://github.com/aws/event-ruler, 2.1.0';

export const engineFaults: readonly EngineFault[] = [
  {
    why: 'alternatives of one field that share a value: the later one is lost',
    source: `${engine}: \`GenericMachine.addStep\` takes it for one that it has`,
    pattern: '{"$or":[{"a":["x"]},{"a":["x","y"]}]}',
    event: '{"a":"y"}',
    matches: true,
  },
  {
    why: 'alternatives of several fields that share a value in each: the later one is lost',
    source: `${engine}: \`GenericMachine.addStep\` takes it for one that it has`,
    pattern: '{"b":[1],"$or":[{"a":["x"]},{"a":["x",{"prefix":"y"}]}]}',
    event: '{"a":"yes","b":1}',
    matches: true,
  },
  {
    why: 'a literal, then a range of numbers, then a text in one list: whether the literal matches is left to chance',
    source: `${engine}: compiled anew, the same list matches and does not`,
    pattern: '{"a":["abc",{"numeric":["<",0]},"b"]}',
    event: '{"a":"abc"}',
    matches: true,
  },
  {
    why: 'a wildcard that begins with an asterisk, then a text in any case: its first letter matches every character',
    source: `${engine}: the other way round, the same two do as they say`,
    pattern: '{"a":[{"wildcard":"*a"},{"equals-ignore-case":"y"}]}',
    event: '{"a":"2"}',
    matches: false,
  },
  {
    why: 'a wildcard that begins with an asterisk, then a suffix outside ASCII: it matches in the middle of a text too',
    source: `${engine}: the other way round, the same two do as they say`,
    pattern: '{"a":[{"wildcard":"*a"},{"suffix":"日"}]}',
    event: '{"a":"日x"}',
    matches: false,
  },
  {
    why: 'the empty suffix beside numbers: it takes some numbers, though a suffix is of texts alone',
    source: `${engine}: it is looked for in a number's own code, which may end as a text does`,
    pattern: '{"a":[{"numeric":["=",-5.29]},{"suffix":""}]}',
    event: '{"a":0.000011}',
    matches: false,
  },
  {
    why: 'a number where a pattern looks for addresses: a wide network takes it',
    source: `${engine}: the number's digits are compared with the address's`,
    pattern: '{"a":[{"cidr":"0.0.0.0/1"}]}',
    event: '{"a":11}',
    matches: false,
  },
  {
    why: 'a character of two units in any case: it never matches',
    source: `${engine}: \`EqualsIgnoreCaseParser\` reads it in halves`,
    pattern: '{"a":[{"equals-ignore-case":"😀"}]}',
    event: '{"a":"😀"}',
    matches: true,
  },
  {
    why: 'anything-but of no prefix at all: the engine fails',
    source: `${engine}: \`Machine.addRule\` throws a NullPointerException`,
    pattern: '{"a":[{"anything-but":{"prefix":[]}}]}',
    event: '{"a":"x"}',
    matches: true,
  },
];
