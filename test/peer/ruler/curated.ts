import type { Pair } from './judge.ts';

const instance = {
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  time: '2022-07-13T18:43:48Z',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-000000aaaaaa00000'],
  detail: {
    'instance-id': 'i-000000aaaaaa00000',
    state: 'running',
    'c-count': 5,
    'd-count': 3,
    'x-limit': 301.8,
    'source-ip': '10.0.0.33',
    account: 123456789012,
    FileName: 'dir/a/photo.PNG',
  },
};

/** Patterns as EventBridge documents them, against the event that they are about. */
const documented: readonly object[] = [
  { source: ['aws.ec2'], 'detail-type': ['EC2 Instance State-change Notification'] },
  { time: [{ prefix: '2022-07-13' }] },
  { source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] },
  { detail: { FileName: [{ suffix: '.png' }] } },
  { detail: { FileName: [{ suffix: { 'equals-ignore-case': '.png' } }] } },
  { detail: { state: [{ 'anything-but': 'initializing' }] } },
  { detail: { state: [{ 'anything-but': ['stopped', 'running'] }] } },
  { detail: { 'x-limit': [{ 'anything-but': [100, 200, 301.8] }] } },
  { detail: { state: [{ 'anything-but': { 'equals-ignore-case': ['RUNNING', 'stopped'] } }] } },
  { detail: { state: [{ 'anything-but': { prefix: 'run' } }] } },
  { detail: { FileName: [{ 'anything-but': { suffix: ['.txt', '.rtf'] } }] } },
  { detail: { FileName: [{ 'anything-but': { wildcard: ['*/a/*', '*/bin/*'] } }] } },
  { detail: { 'c-count': [{ numeric: ['>', 0, '<=', 5] }], 'd-count': [{ numeric: ['<', 10] }] } },
  { detail: { 'x-limit': [{ numeric: ['=', 3.018e2] }] } },
  { detail: { 'source-ip': [{ cidr: '10.0.0.0/24' }] } },
  { detail: { state: [{ exists: true }] } },
  { detail: { 'c-count': [{ exists: false }] } },
  { detail: [{ exists: false }] },
  { detail: { FileName: [{ wildcard: 'dir/*.PNG' }] } },
  { detail: { account: [123456789012] } },
  { detail: { $or: [{ 'c-count': [{ numeric: ['>', 5] }] }, { 'd-count': [{ numeric: ['<', 10] }] }] } },
  { resources: [{ suffix: 'i-000000aaaaaa00000' }] },
  { resources: [{ wildcard: '*' }], detail: { state: [{ 'anything-but': { wildcard: '*' } }] } },
];

const employees = '{"e":[{"f":"John","l":"Doe"},{"f":"Anna","l":"Smith"},{"f":"Peter","l":"Jones"}]}';

/** What is seldom drawn, or not at all, and what was once answered wrongly. */
const seldom: readonly (readonly [pattern: string, ...events: string[]])[] = [
  ['{"e":{"f":["Anna"],"l":["Smith"]}}', employees],
  ['{"e":{"f":["Anna"],"l":["Jones"]}}', employees],
  ['{"e":{"f":[{"exists":false}],"l":["Doe"]}}', employees, '{"e":[{"f":"x"},{"l":"Doe"}]}'],
  ['{"e":{"f":["x"],"l":[{"exists":false}]}}', '{"e":[{"f":"x"},{"l":"Doe"}]}', '{"e":{"f":"x","l":1}}'],
  ['{"a":[123456789012]}', '{"a":123456789012}', '{"a":1.23456789012e11}', '{"a":"123456789012"}'],
  ['{"a":[{"anything-but":[6000000000]}]}', '{"a":6e9}', '{"a":6000000001}'],
  ['{"a":[0]}', '{"a":-0.0}', '{"a":0e7}', '{"a":"0"}', '{"a":false}', '{"a":null}'],
  ['{"a":[300]}', '{"a":300}', '{"a":300.0}', '{"a":3.0e2}', '{"a":"300"}', '{"a":300.000001}'],
  ['{"a":[{"numeric":[">=",-5e9,"<=",5e9]}]}', '{"a":5000000000}', '{"a":-5000000000.0}', '{"a":"1"}'],
  ['{"a":["x",{"numeric":["<",0]}]}', '{"a":"x"}', '{"a":-1}', '{"a":0}'],
  ['{"a":[{"wildcard":"*"}]}', '{"a":""}', '{"a":"x"}', '{"a":1}', '{"a":[]}', '{"a":null}'],
  ['{"a":[{"cidr":"0.0.0.0/0"}]}', '{"a":"255.255.255.255"}', '{"a":"::1"}', '{"a":"x"}'],
  ['{"a":[{"cidr":"::/0"}]}', '{"a":"ffff::"}', '{"a":"10.0.0.1"}', '{"a":"10.0.0"}'],
  ['{"a":[{"cidr":"::a00:1/1"}]}', '{"a":"10.0.0.1"}', '{"a":"200.0.0.1"}', '{"a":"8000::"}'],
  ['{"a":[{"cidr":"10.0.0.1/+8"}]}', '{"a":"10.255.0.0"}', '{"a":"11.0.0.0"}'],
  ['{"a":[{"cidr":"10.0.0.1/08/"}]}', '{"a":"10.255.0.0"}'],
  ['{"a":["10.0.0.1"]}', '{"a":"a00:1::"}', '{"a":"::ffff:a00:1"}', '{"a":"::ffff:10.0.0.1"}'],
  ['{"a":[1],"$or":[{"a":[2]},{"b":[3]}]}', '{"a":1}', '{"a":2}', '{"a":1,"b":3}', '{"b":3}'],
  ['{"$or":[{"a":[2]},{"b":[3]}],"a":[1]}', '{"a":1}', '{"a":2}', '{"b":3}'],
  ['{"a":[1],"a":[2]}', '{"a":1}', '{"a":2}'],
  ['{"a":{"b":[1]},"a":{"c":[2]}}', '{"a":{"b":1}}', '{"a":{"c":2}}', '{"a":{"b":1,"c":2}}'],
  ['{"a.b":{"c":[1]}}', '{"a":{"b":{"c":1}}}', '{"a":{"b.c":1}}', '{"a.b.c":1}', '{"a.b":{"c":[{"c":1}]}}'],
  ['{"a":[{"prefix":"\\""}]}', '{"a":""}', '{"a":"\\"x"}', '{"a":"x"}'],
  ['{"a":[{"suffix":{"equals-ignore-case":"\\"x"}}]}', '{"a":"X"}', '{"a":"\\"X"}'],
  ['{"a":[{"equals-ignore-case":"straße"}]}', '{"a":"STRASSE"}', '{"a":"Straße"}', '{"a":"strasse"}'],
  ['{"a":[{"equals-ignore-case":"k"}]}', '{"a":"K"}', '{"a":"\u212a"}'],
  ['{"a":[{"equals-ignore-case":"\u212a"}]}', '{"a":"K"}', '{"a":"k"}', '{"a":"\u212a"}'],
  ['{"a":[{"suffix":"😀"}]}', '{"a":"x😀"}', '{"a":"😀x"}'],
  [
    '{"a":{"$or":[{"b":[1]},{"c":{"$or":[{"d":[2]},{"e":[3]}]}}]}}',
    '{"a":{"c":{"e":3}}}',
    '{"a":{"c":{"e":4}}}',
  ],
  ['{"$or":["x"]}', '{"$or":"x"}', '{"$or":["y","x"]}', '{"x":1}'],
];

/** Pairs that are worth a look of their own. */
export const curated: readonly Pair[] = [
  ...documented.map((pattern) => ({ pattern: JSON.stringify(pattern), event: JSON.stringify(instance) })),
  ...seldom.flatMap(([pattern, ...events]) => events.map((event) => ({ pattern, event }))),
];
