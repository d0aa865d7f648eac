/** What docs/install.md tells people to type and to look for is there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../../stack/places.ts';
import { nothingNamed, type PlanNames } from '../../stack/plan-names.ts';
import { tooLongRole } from '../../stack/role-size.ts';
import { packagedTemplates } from '../../stack/template.ts';

const page = readFileSync(join(root, 'docs/install.md'), 'utf8');
const { recovery, witness } = await packagedTemplates();

test('every script that the page runs exists, and every command of lifeboat', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const ran = [...page.matchAll(/npm run -s ([\w:]+)/g)].map(([, name]) => name ?? '');
  assert.deepEqual(
    [...new Set(ran)].filter((name) => !(name in scripts)),
    [],
  );
  const { stdout } = spawnSync(process.execPath, [join(root, 'cli/lifeboat.ts'), '--help'], {
    encoding: 'utf8',
  });
  const commands = [...page.matchAll(/(?:lifeboat --|`lifeboat) ([a-z]+)/g)].map(([, name]) => name ?? '');
  assert.ok(commands.length > 5);
  assert.deepEqual(
    [...new Set(commands)].filter((name) => !new RegExp(`^  ${name} `, 'm').test(stdout)),
    [],
  );
});

test('every alarm that tells people is on the page, and what the page says of their number is so', () => {
  const alarms = [recovery, witness].flatMap(({ Resources }) =>
    Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm'),
  );
  const telling = alarms.filter(([, { Properties }]) => Properties?.['AlarmActions'] !== undefined);
  for (const [, { Properties = {} }] of telling) {
    const name = String(Properties['AlarmName']);
    const ending = /-(overdue|failed|timed-out|silent|errors|dead-letters)$/.exec(name)?.[1];
    assert.ok(ending && page.includes(`-${ending}\``), name);
  }
  const own = Object.values(recovery.Resources).filter(
    ({ Type, Condition }) => Type === 'AWS::CloudWatch::Alarm' && Condition === undefined,
  );
  const [, said] = /\| (\d+) \+ 11 a plan/.exec(page) ?? [];
  assert.equal(own.length, Number(said));
  const shops = Object.values(recovery.Resources).filter(
    ({ Type, Condition }) => Type === 'AWS::CloudWatch::Alarm' && Condition === 'RecoversShop',
  );
  const counted = shops.reduce((sum, { Properties }) => sum + (Properties?.['Metrics'] ? 3 : 1), 0);
  assert.equal(counted, 11);
});

/** As many settings or records as that, with names of a usual length. */
const named: Readonly<Record<string, (count: number) => PlanNames>> = {
  settings: (count) => ({
    ...nothingNamed,
    settings: Array.from({ length: count }, (_, i) => `/shop-${i}/orders/endpoint`),
  }),
  'records of one hosted zone': (count) => records(count, () => 'Z0123456789ABCDEFGHIJ'),
  'that each have a zone': (count) => records(count, (i) => `Z0123456789ABCDEFGH${i}`),
};

function records(count: number, zoneOf: (i: number) => string): PlanNames {
  const made = (i: number) => ({ zone: zoneOf(i), type: 'A', name: `app.shop-${i}.example.com` });
  return { ...nothingNamed, records: Array.from({ length: count }, (_, i) => made(i)) };
}

for (const [what, of] of Object.entries(named))
  test(`what the page says of how many ${what} fit into a role is so`, () => {
    const said = Number(new RegExp(`(\\d+)\\s${what.replaceAll(' ', '\\s')}`).exec(page)?.[1]);
    assert.equal(tooLongRole(of(said)), undefined);
    assert.notEqual(tooLongRole(of(Math.ceil(said * 1.1))), undefined, `more than ${said} fit`);
  });

test('what the page says of how many plans fit into a stack is so', () => {
  const [, own, fit] = (
    /has about (\d+), and ten more for each plan .*?: (\d+) of those fit/s.exec(page) ?? []
  ).map(Number);
  const all = Object.values(recovery.Resources);
  const functions = all.filter(({ Type }) => Type === 'AWS::Lambda::Function');
  // Each function has a version besides, where it is packaged for a deployment.
  const without = all.filter(({ Condition }) => Condition === undefined).length + functions.length;
  assert.ok(Math.abs(without - own!) <= 5, `${without}`);
  const shops = all.filter(({ Condition }) => Condition === 'RecoversShop').length;
  assert.equal(shops, 10);
  assert.ok(without + shops * fit! <= 500 && without + shops * (fit! + 2) > 500, `${without}`);
});
