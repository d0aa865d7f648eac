import { anyClause } from './clauses.ts';
import type { Dice } from './dice.ts';
import type { Pair } from './judge.ts';
import { anyShape, writePattern } from './shapes.ts';

/** Members of a field's list that are wrong in themselves. */
const wrongMembers = [
  ...['[]', '["a"]', '{}', '{"EXISTS":true}', '{"foo":1}', '{"":1}', '{"prefix":"a","suffix":"b"}'],
  ...['{"prefix":1}', '{"prefix":["a"]}', '{"prefix":null}', '{"prefix":{}}', '{"prefix":{"wildcard":"a"}}'],
  ...['{"prefix":{"equals-ignore-case":1}}', '{"prefix":{"equals-ignore-case":"a","b":1}}'],
  ...['{"prefix":{"equals-ignore-case":"a"},"b":1}', '{"prefix":"a","prefix":"a"}'],
  ...[
    '{"suffix":true}',
    '{"suffix":{}}',
    '{"suffix":{"prefix":"a"}}',
    '{"suffix":{"equals-ignore-case":[]}}',
  ],
  ...['{"equals-ignore-case":1}', '{"equals-ignore-case":["a"]}', '{"equals-ignore-case":{"prefix":"a"}}'],
  ...['{"equals-ignore-case":"a","b":1}', '{"wildcard":1}', '{"wildcard":["a"]}', '{"wildcard":"a**b"}'],
  ...['{"wildcard":"é**"}', '{"wildcard":"**"}', '{"wildcard":"a\\\\b"}', '{"wildcard":"a\\\\"}'],
  ...['{"wildcard":"日\\\\n*"}', '{"wildcard":"a","b":1}', '{"wildcard":"\\\\**\\\\x"}'],
  ...['{"exists":"true"}', '{"exists":1}', '{"exists":null}', '{"exists":[true]}', '{"exists":true,"b":1}'],
  ...['{"numeric":5}', '{"numeric":"= 5"}', '{"numeric":{}}', '{"numeric":[]}', '{"numeric":[5]}'],
  ...['{"numeric":["="]}', '{"numeric":["=","5"]}', '{"numeric":["=",null]}', '{"numeric":["=",5,6]}'],
  ...['{"numeric":["!=",5]}', '{"numeric":["==",5]}', '{"numeric":["toString",5]}', '{"numeric":["<","5"]}'],
  ...['{"numeric":["<",5,">",1]}', '{"numeric":["<=",5,">=",1]}', '{"numeric":["=",5,"<",7]}'],
  ...[
    '{"numeric":[">",1,">",5]}',
    '{"numeric":[">",1,"=",5]}',
    '{"numeric":[">",1,5]}',
    '{"numeric":[">=",1,null]}',
  ],
  ...['{"numeric":[">",1,"<"]}', '{"numeric":[">",1,"<","5"]}', '{"numeric":[">",1,"<",5,6]}'],
  ...['{"numeric":[">",5,"<",5]}', '{"numeric":[">=",5,"<=",5.0]}', '{"numeric":[">",5,"<",-5]}'],
  ...['{"numeric":[["="],5]}', '{"numeric":[{"=":5}]}', '{"numeric":[null,5]}', '{"numeric":["=",5],"b":1}'],
  ...['{"numeric":[">",[1]]}', '{"numeric":[">",1,[],5]}', '{"numeric":[">",1,{},5]}', '{"numeric":["≥",1]}'],
  ...['{"cidr":1}', '{"cidr":["10.0.0.0/8"]}', '{"cidr":"10.0.0.0"}', '{"cidr":""}', '{"cidr":"10.0.0.0/"}'],
  ...[
    '{"cidr":"10.0.0.0/8/8"}',
    '{"cidr":"10.0.0.0/xx"}',
    '{"cidr":"10.0.0.0/8.0"}',
    '{"cidr":"10.0.0.0/-1"}',
  ],
  ...['{"cidr":"10.0.0.0/32"}', '{"cidr":"10.0.0.0/33"}', '{"cidr":"::/128"}', '{"cidr":"::1/129"}'],
  ...['{"cidr":"::ffff:a00:0/32"}', '{"cidr":"xx.11.xx/8"}', '{"cidr":"256.1.1.1/8"}', '{"cidr":"10.0.0/8"}'],
  ...[
    '{"cidr":"/8"}',
    '{"cidr":"//"}',
    '{"cidr":":/8"}',
    '{"cidr":"1::2::3/8"}',
    '{"cidr":"::ffff:10.0.0.0/24"}',
  ],
  ...[
    '{"cidr":"10.0.0.0/ 8"}',
    '{"cidr":"10.0.0.0 /8"}',
    '{"cidr":"10.0.0.0/8","b":1}',
    '{"cidr":"10.0.0.0//8"}',
  ],
  ...['{"anything-but":null}', '{"anything-but":true}', '{"anything-but":{}}', '{"anything-but":[]}'],
  ...['{"anything-but":["a",true]}', '{"anything-but":["a",null]}', '{"anything-but":["a",1]}'],
  ...['{"anything-but":[["a"]]}', '{"anything-but":[{"prefix":"a"}]}', '{"anything-but":"a","b":1}'],
  ...[
    '{"anything-but":{"numeric":["<",5]}}',
    '{"anything-but":{"exists":true}}',
    '{"anything-but":{"cidr":"::/8"}}',
  ],
  ...[
    '{"anything-but":{"anything-but":"a"}}',
    '{"anything-but":{"prefix":""}}',
    '{"anything-but":{"suffix":""}}',
  ],
  ...[
    '{"anything-but":{"prefix":["a",""]}}',
    '{"anything-but":{"prefix":1}}',
    '{"anything-but":{"suffix":["a",1]}}',
  ],
  ...['{"anything-but":{"prefix":null}}', '{"anything-but":{"prefix":{"equals-ignore-case":"a"}}}'],
  ...['{"anything-but":{"prefix":"a","suffix":"b"}}', '{"anything-but":{"prefix":"a"},"b":1}'],
  ...['{"anything-but":{"equals-ignore-case":[1]}}', '{"anything-but":{"equals-ignore-case":1}}'],
  ...['{"anything-but":{"equals-ignore-case":["a",null]}}', '{"anything-but":{"wildcard":1}}'],
  ...['{"anything-but":{"wildcard":"a**"}}', '{"anything-but":{"wildcard":["a*",1]}}'],
  ...['{"anything-but":{"wildcard":["a*","\\\\a"]}}', '{"anything-but":{"wildcard":"a"},"wildcard":"a"}'],
];

/** What a field may not hold. */
const wrongFields = ['[]', '{}', '"a"', '1', 'true', 'null', '{"a":"b"}', '{"a":[]}', '{"a":{}}'];

/** What `$or` may not hold: with such a value it is a field's name, and what it holds must do for a field. */
const wrongWays = [
  ...[
    '[]',
    '{}',
    '"a"',
    '[{"a":[1]}]',
    '[{"a":[1]},2]',
    '["a",{"a":[1]}]',
    '[{"a":[1]},{}]',
    '[{"a":[1]},[{"b":[2]}]]',
  ],
  ...[
    '[{"a":[1]},{"prefix":["a"]}]',
    '[{"a":[1]},{"b":{"numeric":[5]}}]',
    '[{"a":[1]},{"b":{"date-after":["a"]}}]',
  ],
  ...[
    '[{"a":1},{"b":[2]}]',
    '[{"a":[]},{"b":[2]}]',
    '[{"regex":["a"]},{"b":[2]}]',
    '[{"a":[1]},{"$or":[{"b":[2]}]}]',
  ],
];

/** What `$or` may hold though these are no alternatives: values and matchers of a field that is called so. */
const plainWays = [
  ...['["a"]', '[1,"a"]', '{"a":["b"]}', '[{"prefix":"a"}]', '[{"prefix":"a"},{"suffix":"b"}]', '[null]'],
  ...[
    '[{"anything-but":["a","b"]}]',
    '[{"anything-but":{"prefix":"a"}}]',
    '[{"exists":false}]',
    '["a",{"wildcard":"a*"}]',
  ],
  ...[
    '[{"anything-but":{"equals-ignore-case":["a","b"]}},"c"]',
    '{"$or":["a"]}',
    '[{"numeric":[">",0]},"a"]',
  ],
  ...[
    '[{"anything-but":{"wildcard":"a*"}}]',
    '[{"anything-but":{"prefix":["a"]}}]',
    '[{"anything-but":{"suffix":["a"]}},"b"]',
  ],
];

/** Texts that are no object, or no JSON at all. */
const wrongTexts = [
  ...[
    '',
    ' ',
    '[]',
    '"a"',
    'null',
    '1',
    'true',
    '{}',
    '{',
    '{"a":[1]',
    '{"a":[1,]}',
    '{a:[1]}',
    "{'a':[1]}",
    '{"a":[01]}',
  ],
  ...[
    '{"a":[1] "b":[2]}',
    '{"a"}',
    '{"a":[.5]}',
    '{"a":[+1]}',
    '{"a":["\t"]}',
    '{"a":[NaN]}',
    '{"a":["\\x"]}',
    '{,}',
    '}',
  ],
];

/** A pattern that has something wrong in it, somewhere, and an event. */
export function anyRefusable(dice: Dice): Pair {
  const event = `{"a":${dice.pick(['"a"', '1', '[]'])},"$or":${dice.pick(['"a"', '1', '["b","a"]', '{"a":"b"}'])}}`;
  return { pattern: dice.chance(0.06) ? dice.pick(wrongTexts) : wrongObject(dice), event };
}

function wrongObject(dice: Dice): string {
  switch (dice.whole(0, 9)) {
    case 0:
      return around(dice, `"a":${dice.pick(wrongFields)}`);
    case 1:
      return around(dice, `"$or":${dice.pick(wrongWays)}`);
    case 2:
      return around(dice, `"$or":${dice.pick(plainWays)}`);
    case 3:
      return dice.pick(plainWays.map((value) => `{"$or":${value}}`));
    default: {
      const list = dice.shuffled([
        dice.pick(wrongMembers),
        ...(dice.chance(0.4) ? [anyClause(dice).written] : []),
      ]);
      return around(dice, `"a":[${list.join()}]`);
    }
  }
}

/** The wrong member alone, beside others, deeper down, or in an alternative. */
function around(dice: Dice, member: string): string {
  const right = () => writePattern(dice, anyShape(dice, 2));
  const inner = right().slice(1, -1);
  switch (dice.whole(0, 5)) {
    case 0:
      return `{${member},${inner}}`;
    case 1:
      return `{${inner},${member}}`;
    case 2:
      return `{"detail":{${member}}}`;
    case 3:
      return `{"$or":[${dice.shuffled([right(), `{${member}}`]).join()}]}`;
    default:
      return `{${member}}`;
  }
}
