import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { checkTogether } from '../../recovery/plan/together.ts';
import { compilePlans } from '../../stack/plans.ts';

const shop = readFileSync(new URL('../../plans/shop.yaml', import.meta.url), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'lifeboat-claims-'));
after(() => rmSync(scratch, { recursive: true }));

/** A second plan in the shop's Regions, that shares with the shop what a test puts into it. */
function rival(body: string, regions = '{ primary: ap-northeast-2, recovery: ap-northeast-1 }'): string {
  return `plan: rival
regions: ${regions}
trigger: { signals: { probes: { url: https://rival.example.com/healthz } }, quorum: 1 }
${body}
drill: { network: { subnets: [subnet-0d2222a0000000001], securityGroups: [sg-0d2222a0000000001], dbSubnetGroup: rival } }
`;
}

const servers = (tags: string) => `servers: { app: { start: { tags: ${tags} } } }`;

/** What is told of the rival, as line, path and message. */
function told(text: string): readonly string[] {
  const [, second] = checkTogether([
    { file: 'shop.yaml', text: shop },
    { file: 'rival.yaml', text },
  ]);
  return second!.errors.map(({ file, line, path, message }) => `${file}:${line}: ${path}: ${message}`);
}

const conflicts: readonly { readonly name: string; readonly text: string; readonly says: RegExp }[] = [
  {
    name: 'one replica',
    text: rival('databases:\n  main: { promote: { replica: shop-orders-replica } }'),
    says: /rival\.yaml:5: databases\.main\.promote\.replica: the plan "shop" claims the replica shop-orders-replica too, in shop\.yaml at databases\.orders\.promote\.replica/,
  },
  {
    name: 'one fenced database',
    text: rival(`fence: { databases: [shop-orders] }\n${servers('{ App: rival }')}`),
    says: /fence\.databases\[0\]: the plan "shop" claims the fenced database shop-orders too/,
  },
  {
    name: 'fenced instances by tags that contain the other ones',
    text: rival(`fence: { instances: { tags: { App: shop } } }\n${servers('{ App: rival }')}`),
    says: /fence\.instances\.tags: the plan "shop" selects fenced instances by App=shop, Region=primary, and one may carry both/,
  },
  {
    name: 'servers by the same tags and more',
    text: rival(servers('{ Environment: DR, App: shop, Role: web, Name: one }')),
    says: /rival\.yaml:4: servers\.app\.start\.tags: the plan "shop" selects servers by Environment=DR, App=shop, Role=web, and one may carry both/,
  },
  {
    name: 'servers by tags that do not contradict each other',
    text: rival(servers('{ App: shop, Tier: front }')),
    says: /servers\.app\.start\.tags: /,
  },
  {
    name: 'one live name',
    text: rival(
      `${servers('{ App: rival }')}\ntraffic:\n  - record: { zone: Z1, name: app.shop.example.com, type: CNAME, ttl: 60, value: a.example.com }`,
    ),
    says: /traffic\[0\]\.record\.name: the plan "shop" claims the live name app\.shop\.example\.com too, in shop\.yaml at traffic\[0\]\.name/,
  },
  {
    name: 'one setting',
    text: rival(`${servers('{ App: rival }')}\nsettings: { /shop/orders/endpoint: somewhere }`),
    says: /settings\.\/shop\/orders\/endpoint: the plan "shop" claims the setting \/shop\/orders\/endpoint too/,
  },
];

for (const { name, text, says } of conflicts) {
  test(`two plans that claim ${name} are refused, and both files are named`, () => {
    const errors = told(text);
    assert.equal(errors.length, 1, errors.join('\n'));
    assert.match(errors[0] ?? '', says);
  });
}

const peaceful: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'select by another value of one tag', text: rival(servers('{ App: rival, Role: web }')) },
  { name: 'select by tags that share nothing', text: rival(servers('{ Service: rival }')) },
  {
    name: 'recover in another Region',
    text: rival(
      servers('{ Environment: DR, App: shop, Role: web }'),
      '{ primary: eu-west-1, recovery: eu-central-1 }',
    ),
  },
];

for (const { name, text } of peaceful) {
  test(`plans that ${name} stand side by side`, () => assert.deepEqual(told(text), []));
}

test('a conflict is told of both plans, since either may be the one that is checked', () => {
  const [first] = checkTogether([
    { file: 'shop.yaml', text: shop },
    { file: 'rival.yaml', text: rival(servers('{ App: shop }')) },
  ]);
  const { line, path } = first!.errors[0]!;
  assert.equal(path, 'servers.web.start.tags');
  assert.match(shop.split('\n')[line - 1] ?? '', /Environment: DR/);
});

test('an installation with such a conflict is not built', async () => {
  writeFileSync(join(scratch, 'shop.yaml'), shop);
  writeFileSync(join(scratch, 'rival.yaml'), rival(servers('{ App: shop }')));
  await assert.rejects(compilePlans(scratch), {
    name: 'InvalidPlans',
    message: /rival\.yaml:4: servers\.app\.start\.tags: the plan "shop" selects servers/,
  });
});
