import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { parseWorld, type WorldError } from '../../simulator/world/parse.ts';

const shop = readFileSync(new URL('../../worlds/shop.yaml', import.meta.url), 'utf8');

/** The errors of the shop's world after one piece of its text was replaced; the piece must be there. */
function errorsAfter(piece: string, replacement: string): readonly WorldError[] {
  assert.ok(shop.includes(piece), `the world has no ${piece}`);
  const parsed = parseWorld(shop.replace(piece, replacement), 'shop.yaml');
  return parsed.kind === 'errors' ? parsed.errors : [];
}

/** The line on which a piece of the shop's world starts. */
function lineOf(piece: string): number {
  return shop.slice(0, shop.indexOf(piece)).split('\n').length;
}

for (const name of ['shop', 'minimal']) {
  test(`worlds/${name}.yaml is a world without mistakes`, () => {
    const yaml = readFileSync(new URL(`../../worlds/${name}.yaml`, import.meta.url), 'utf8');
    const parsed = parseWorld(yaml, `worlds/${name}.yaml`);
    assert.equal(
      parsed.kind,
      'world',
      parsed.kind === 'errors' ? JSON.stringify(parsed.errors, null, 1) : '',
    );
  });
}

test('aliases that unfold to more than memory holds are a mistake of the file', () => {
  const levels = Array.from({ length: 8 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(10)}]`);
  const parsed = parseWorld(`a0: &a0 [1]\n${levels.join('\n')}\n`, 'bomb.yaml');
  assert.equal(parsed.kind, 'errors');
  assert.deepEqual(
    parsed.errors.map(({ file, message }) => [file, message]),
    [['bomb.yaml', 'its aliases unfold to too many values']],
  );
});

test('durations become seconds and the start becomes an instant', () => {
  const parsed = parseWorld(shop, 'shop.yaml');
  assert.equal(parsed.kind, 'world');
  const tokyo = parsed.world.regions['ap-northeast-1']!;
  assert.equal(parsed.world.startsAtMs, Date.UTC(2026, 10, 2));
  assert.equal(tokyo.snapshots['snap-0a11c0ffee0000020']?.ageSeconds, 25 * 60);
  assert.equal(tokyo.databases['shop-orders-replica']?.replicates?.lagSeconds, 2);
  assert.deepEqual(tokyo.targetGroups['shop-web']?.health, {
    path: '/healthz',
    intervalSeconds: 10,
    timeoutSeconds: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
  });
});

test('a misspelt key names its line, its path and the key that was meant', () => {
  const errors = errorsAfter('dnsName: shop-dr-', 'dnsname: shop-dr-');
  const at = 'regions.ap-northeast-1.loadBalancers.shop-dr';
  assert.deepEqual(
    errors.map(({ file, line, path, message, fix }) => [file, line, path, message, fix]),
    [
      [
        'shop.yaml',
        lineOf('shop-dr:\n        dnsName'),
        `${at}.dnsName`,
        'the key dnsName is missing',
        'add it',
      ],
      [
        'shop.yaml',
        lineOf('dnsName: shop-dr-'),
        `${at}.dnsname`,
        'the key dnsname is not known',
        'did you mean dnsName?',
      ],
    ],
  );
});

test('a key like no other is answered with the keys that are allowed', () => {
  const [error] = errorsAfter('multiAz: true', 'colour: red');
  assert.equal(error?.message, 'the key colour is not known');
  assert.match(error?.fix ?? '', /allowed here: engine, version, class/);
});

test('a duration without a unit is refused where it stands', () => {
  const [error] = errorsAfter('age: 25m', 'age: 25');
  assert.equal(error?.path, 'regions.ap-northeast-1.snapshots.snap-0a11c0ffee0000020.age');
  assert.equal(error?.line, lineOf('age: 25m'));
  assert.match(error?.message ?? '', /a duration such as 40m/);
});

const dangling: readonly [what: string, piece: string, replacement: string, message: string][] = [
  [
    'an instance in an unknown subnet',
    'subnet: subnet-0b11b0000000000b1\n',
    'subnet: subnet-0b11b0000000000ff\n',
    'there is no subnet subnet-0b11b0000000000ff',
  ],
  [
    'an instance of an unknown image',
    'image: ami-0b11b0000000000b1\n',
    'image: ami-0b11b0000000000ff\n',
    'there is no image ami-0b11b0000000000ff',
  ],
  [
    'an instance with an unknown profile',
    'profile: catalog\n',
    'profile: nobody\n',
    'there is no instance profile nobody',
  ],
  [
    'a volume that two instances hold',
    'id: vol-0b11b0000000000b2, mount',
    'id: vol-0b11b0000000000b1, mount',
    'vol-0b11b0000000000b1 is attached to i-0b11b0000000000b1 already',
  ],
  [
    'a volume in another zone than its instance',
    'vol-0b11b0000000000b2: { zone: a',
    'vol-0b11b0000000000b2: { zone: c',
    'vol-0b11b0000000000b2 is in zone c, its instance in zone a',
  ],
  [
    'a zone that the Region lacks',
    'vol-0b11b0000000000b3: { zone: c',
    'vol-0b11b0000000000b3: { zone: b',
    'the Region has no zone b',
  ],
  [
    'a replica of nothing',
    'database: shop-orders, lag',
    'database: shop-order, lag',
    'there is no database shop-order',
  ],
  [
    'a load balancer that forwards nowhere',
    'forwardsTo: [shop-web, shop-worker]',
    'forwardsTo: [shop-wob]',
    'there is no target group shop-wob',
  ],
  [
    'an Auto Scaling group without its template',
    'launchTemplate: shop-web',
    'launchTemplate: shop-wob',
    'there is no launch template shop-wob',
  ],
  [
    'an Auto Scaling group with an unknown instance',
    'instances: [i-0a22c0ffee0000001, i-0a22c0ffee0000002]\n',
    'instances: [i-0a22c0ffee00000ff]\n',
    'there is no instance i-0a22c0ffee00000ff',
  ],
  [
    'a parameter with the endpoint of nothing',
    'database: catalog } }',
    'database: katalog } }',
    'there is no database katalog',
  ],
  [
    'a parameter without a value',
    '/catalog/endpoint: { endpointOf: { region: ap-northeast-1, database: catalog } }',
    '/catalog/endpoint: {}',
    'it is not clear what its value is',
  ],
  [
    'a record with a health check that is not there',
    'healthCheck: 4c1e7d52-9a3b-4f60-8e21-7b5d0c9a6f13',
    'healthCheck: 4c1e7d52',
    'there is no health check 4c1e7d52',
  ],
  [
    'a health check that follows no alarm',
    'name: shop-traffic }',
    'name: shop-trafic }',
    'there is no alarm shop-trafic',
  ],
  [
    'a record outside its zone',
    'name: recovery.shop.example.com',
    'name: recovery.shop.example.org',
    'recovery.shop.example.org is outside the zone shop.example.com',
  ],
  [
    'a server that no target group of the Region serves',
    'targetGroups: { web: shop-web, worker: shop-worker }',
    'targetGroups: { wob: shop-web }',
    'there is no server wob',
  ],
  [
    'a peering with an unknown VPC',
    'accepter: vpc-0b11b0000000000b1',
    'accepter: vpc-0b11b0000000000ff',
    'there is no VPC vpc-0b11b0000000000ff',
  ],
];
for (const [what, piece, replacement, message] of dangling) {
  test(`${what} is refused`, () => {
    const errors = errorsAfter(piece, replacement);
    assert.ok(
      errors.some((error) => error.message === message && error.fix !== ''),
      JSON.stringify(errors, null, 1),
    );
  });
}

test('text that is no YAML is an error with its line', () => {
  const parsed = parseWorld('world: shop\nregions: [\n', 'broken.yaml');
  assert.equal(parsed.kind, 'errors');
  assert.ok(parsed.errors.length > 0 && parsed.errors.every(({ line }) => line >= 2));
});

test('a world that is not a map is one error', () => {
  const parsed = parseWorld('shop', 'text.yaml');
  assert.equal(parsed.kind, 'errors');
  assert.match(parsed.errors[0]?.fix ?? '', /a map is expected: world, account/);
});
