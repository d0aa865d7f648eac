import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { deployTemplate, type Template } from '../../simulator/cloudformation/deploy.ts';
import type { Json } from '../../simulator/json.ts';
import { Simulator } from '../../simulator/simulator.ts';

const region = 'ap-northeast-1';
const account = '123456789012';

/** What an output with this value becomes in a stack with a topic, a bucket and a log group. */
function resolve(
  value: Json,
  more: Partial<Template> = {},
  parameters: Readonly<Record<string, string>> = {},
): Json | undefined {
  const sim = new Simulator({
    seed: 3,
    startMs: 0,
    accountId: account,
    regions: { [region]: ['a', 'c'], 'us-west-2': ['b'] },
  });
  const template: Template = {
    Resources: {
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news' } },
      Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/shop' } },
      Bucket: { Type: 'AWS::S3::Bucket' },
      ...more.Resources,
    },
    Outputs: { Value: { Value: value } },
    ...Object.fromEntries(Object.entries(more).filter(([section]) => section !== 'Resources')),
  };
  const code = () => async () => null;
  return deployTemplate(sim, region, template, { stackName: 'stack', parameters, code }).outputs['Value'];
}

const cases: readonly (readonly [name: string, value: Json, expected: Json])[] = [
  ['Ref of a topic is its ARN', { Ref: 'Topic' }, `arn:aws:sns:${region}:${account}:news`],
  ['Ref of a log group is its name', { Ref: 'Group' }, '/shop'],
  ['GetAtt takes a list', { 'Fn::GetAtt': ['Topic', 'TopicName'] }, 'news'],
  ['GetAtt takes a dotted string', { 'Fn::GetAtt': 'Topic.TopicName' }, 'news'],
  [
    'the ARN of a log group ends in a wildcard',
    { 'Fn::GetAtt': ['Group', 'Arn'] },
    `arn:aws:logs:${region}:${account}:log-group:/shop:*`,
  ],
  [
    'pseudo parameters are known',
    {
      'Fn::Join': [
        ' ',
        [
          { Ref: 'AWS::Region' },
          { Ref: 'AWS::AccountId' },
          { Ref: 'AWS::Partition' },
          { Ref: 'AWS::StackName' },
          { Ref: 'AWS::URLSuffix' },
        ],
      ],
    },
    `${region} ${account} aws stack amazonaws.com`,
  ],
  [
    'Sub fills in parameters, references and attributes',
    { 'Fn::Sub': '${AWS::Region}/${Topic.TopicName}/${ Group }' },
    `${region}/news//shop`,
  ],
  ['Sub leaves a literal alone', { 'Fn::Sub': 'a ${!Literal} b' }, 'a ${Literal} b'],
  ['Sub prefers its own map', { 'Fn::Sub': ['${Topic}-${n}', { Topic: 'mine', n: 2 }] }, 'mine-2'],
  ['Sub does not look into what it filled in', { 'Fn::Sub': ['${a}', { a: '${Topic}' }] }, '${Topic}'],
  [
    'Split and Select undo a Join',
    { 'Fn::Select': [1, { 'Fn::Split': [',', { 'Fn::Join': [',', ['x', 'y', 'z']] }] }] },
    'y',
  ],
  ['Select takes its index as a string', { 'Fn::Select': ['0', ['x', 'y']] }, 'x'],
  ['Base64 encodes UTF-8', { 'Fn::Base64': 'héllo' }, 'aMOpbGxv'],
  ['GetAZs of nothing are those of the own Region', { 'Fn::GetAZs': '' }, [`${region}a`, `${region}c`]],
  ['GetAZs of another Region are its own', { 'Fn::GetAZs': 'us-west-2' }, ['us-west-2b']],
  [
    'NoValue leaves a member out',
    { a: 1, b: { Ref: 'AWS::NoValue' }, c: [{ Ref: 'AWS::NoValue' }, 2] },
    { a: 1, c: [2] },
  ],
  ['a member named Ref beside others is data', { Ref: 'x', other: 1 }, { Ref: 'x', other: 1 }],
  [
    'Condition is an ordinary member outside of Conditions',
    { Condition: 'anything' },
    { Condition: 'anything' },
  ],
];

for (const [name, value, expected] of cases) test(name, () => assert.deepEqual(resolve(value), expected));

test('a bucket without a name gets one that S3 accepts, the same in each run', () => {
  const name = resolve({ Ref: 'Bucket' });
  assert.match(String(name), /^stack-bucket-[0-9a-f]{12}$/);
  assert.equal(resolve({ Ref: 'Bucket' }), name);
});

test('parameters come from the caller, else from their default, and must be allowed', () => {
  const Parameters = {
    Stage: { Type: 'String', Default: 'dev', AllowedValues: ['dev', 'live'] },
    Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
  };
  assert.equal(resolve({ Ref: 'Stage' }, { Parameters }), 'dev');
  assert.equal(resolve({ Ref: 'Stage' }, { Parameters }, { Stage: 'live' }), 'live');
  assert.deepEqual(resolve({ Ref: 'Zones' }, { Parameters }), ['a', 'b']);
  assert.throws(
    () => resolve({ Ref: 'Stage' }, { Parameters }, { Stage: 'test' }),
    /Parameters\/Stage: test is not an allowed value/,
  );
  assert.throws(() => resolve('', { Parameters }, { Other: 'x' }), /no parameter Other/);
  assert.throws(
    () => resolve({ Ref: 'Name' }, { Parameters: { Name: { Type: 'String' } } }),
    /the parameter Name has no value/,
  );
});

test('mappings are looked up by three keys', () => {
  const Mappings = { Size: { 'ap-northeast-1': { memory: 512 } } };
  assert.equal(resolve({ 'Fn::FindInMap': ['Size', { Ref: 'AWS::Region' }, 'memory'] }, { Mappings }), 512);
  assert.throws(
    () => resolve({ 'Fn::FindInMap': ['Size', 'eu-west-1', 'memory'] }, { Mappings }),
    /no mapping Size\.eu-west-1\.memory/,
  );
});

test('conditions choose values and leave resources out', () => {
  const Conditions: Record<string, Json> = {
    Here: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, region] },
    There: { 'Fn::Not': [{ Condition: 'Here' }] },
    Both: { 'Fn::And': [{ Condition: 'Here' }, { Condition: 'There' }] },
    Either: { 'Fn::Or': [{ Condition: 'Here' }, { Condition: 'There' }] },
  };
  const pick = (condition: string) => resolve({ 'Fn::If': [condition, 'yes', 'no'] }, { Conditions });
  assert.deepEqual(['Here', 'There', 'Both', 'Either'].map(pick), ['yes', 'no', 'no', 'yes']);
  const Resources = { Left: { Type: 'AWS::SNS::Topic', Condition: 'There' } };
  assert.equal(resolve({ 'Fn::If': ['There', { Ref: 'Left' }, 'none'] }, { Conditions, Resources }), 'none');
  assert.throws(
    () => resolve({ Ref: 'Left' }, { Conditions, Resources }),
    /Left is left out by its condition/,
  );
  assert.throws(
    () => resolve({ 'Fn::If': ['A', 1, 2] }, { Conditions: { A: { Condition: 'A' } } }),
    /the condition A depends on itself/,
  );
});

const refused: readonly (readonly [value: Json, message: RegExp])[] = [
  [{ Ref: 'Nothing' }, /^Outputs\/Value\/Value\/Ref: there is no parameter or resource Nothing$/],
  [{ 'Fn::GetAtt': ['Topic', 'Colour'] }, /AWS::SNS::Topic Topic has no attribute Colour/],
  [{ 'Fn::GetAtt': 'Topic' }, /Topic names no attribute/],
  [{ 'Fn::Sub': 'x ${Nothing.Arn}' }, /no parameter or resource Nothing/],
  [{ 'Fn::Sub': ['${a}', { a: ['list'] }] }, /a string was expected/],
  [{ 'Fn::Join': [',', 'text'] }, /a list was expected/],
  [{ 'Fn::Join': [','] }, /a list of 2 elements/],
  [{ 'Fn::Select': [4, ['a']] }, /there is no element 4/],
  [{ 'Fn::If': ['Nothing', 1, 2] }, /there is no condition Nothing/],
  [{ 'Fn::ImportValue': 'other' }, /another stack/],
  [{ Ref: 'AWS::Weather' }, /no pseudo parameter AWS::Weather/],
  [{ 'Fn::Sub': 'x', more: 1 }, /Fn::Sub stands beside other members/],
];

for (const [value, message] of refused) {
  test(`${JSON.stringify(value)} is refused, and where it stands is said`, () => {
    assert.throws(() => resolve(value), { name: 'TemplateError', message });
  });
}

test('a function that is not modelled stops the run by its name', () => {
  assert.throws(() => resolve({ 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }), {
    name: 'NotSimulated',
    message: /Fn::Cidr at Outputs/,
  });
});

test('a value without functions resolves to itself', () => {
  const plain = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(
        fc.string().filter((key) => key !== 'Ref' && !key.startsWith('Fn::') && key !== '__proto__'),
        tie('json'),
        { maxKeys: 3 },
      ),
    ),
  })).json;
  fc.assert(
    fc.property(plain, (value) => assert.deepEqual(resolve(value), JSON.parse(JSON.stringify(value)))),
    { seed: 5, numRuns: 60 },
  );
});
