/** The telling ones of the outages; all of them are replayed by `test/peer/history.peer.ts`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { parseOutage } from '../../drill/history/outage.ts';
import { readOutages } from '../../drill/history/read.ts';
import { relocate } from '../../drill/history/relocate.ts';
import { openInstallation } from '../../drill/installation.ts';
import { type Problem, problems } from '../../recovery/deciding/analysis.ts';
import { canonicalHash } from '../../recovery/plan/hash.ts';
import { forWitnesses } from '../../stack/for-plans.ts';
import { endOf, expected, how, replayed, wantedOf } from './replays.ts';

const { given } = how;
const page = readFileSync(new URL('../../docs/history.md', import.meta.url), 'utf8');

test('every plan of every outage is expected to end somehow, and has its row on the page', () => {
  const all = readOutages();
  const names = all.flatMap(({ outage, plans }) => plans.map(({ plan }) => `${outage}/${plan}`));
  assert.deepEqual(names.sort(), Object.keys(expected).sort());
  for (const { phases, plans } of all) {
    for (const { says, source } of phases) assert.ok(page.includes(`| ${says} | ${source} |`), says);
    for (const { plan, says } of plans) assert.ok(page.includes(`| \`${plan}\` | ${says} | `), plan);
  }
});

test('each outage has a plan whose name is moved by a health check and one by a record, and one that sees only from inside', () => {
  for (const { outage, plans } of readOutages()) {
    assert.ok(
      plans.some(({ traffic, probes, mode }) => traffic === undefined && probes && mode === undefined),
      outage,
    );
    assert.ok(
      plans.some(({ traffic }) => traffic === 'record'),
      outage,
    );
    assert.ok(
      plans.some(({ probes }) => !probes),
      outage,
    );
  }
});

for (const [name, says] of [
  [
    'october-2025/with-dynamodb',
    'what stopped answering is recovered within minutes, long before AWS tells of it',
  ],
  ['october-2025/shop', 'what goes on serving is left where it is, whatever AWS Health says'],
  [
    'december-2021/behind-api-gateway-from-inside',
    'who looks only from inside sees nothing, and nothing is recovered',
  ],
  ['march-2026/neighbours', 'a neighbour that has been broken for a day is no place to go'],
  ['may-2026/into-us-east-1', 'a zone that is gone in the recovery Region is gone around'],
] as const)
  test(`${name}: ${says}`, async () => {
    const told = await replayed(name);
    assert.deepEqual(endOf(told), wantedOf(name));
    const { sentence } = told;
    assert.ok(page.includes(`| ${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)} |`), sentence);
    assert.doesNotMatch(sentence, /undefined|NaN|\bnull\b/);
  });

test('if AWS Health decided alone, a shop that is well would be failed over, and only the gate would keep it', async () => {
  const table = problems as Problem[];
  const whole = [...table];
  const cautious = ['PrimaryAnswers', 'HealthAlone', 'OneVantage', 'BelowQuorum', 'Unconfirmed'];
  table.splice(0, table.length, ...whole.filter(({ code }) => !cautious.includes(code)));
  try {
    const { outcome, codes, sentence } = await replayed('october-2025/shop');
    assert.deepEqual([outcome, codes[0]], ['held', 'PrimaryAnswers']);
    assert.ok(!page.toLowerCase().includes(sentence.toLowerCase()), sentence);
  } finally {
    table.splice(0, table.length, ...whole);
  }
});

const text = readFileSync(new URL('../../worlds/history/may-2026.yaml', import.meta.url), 'utf8');

test('what an outage does not know is refused, by its path', () => {
  for (const [from, to, says] of [
    ['service: EC2', 'service: EC2\n        sevrice: EC2', /may\.yaml: phases\.1\.does\.0\.sevrice: /],
    ['effect: zoneLost', 'effect: zoneGone', /phases\.0\.does\.0\.effect: /],
    ['from: 2026-05-07T23:20:00Z # 16:20 PDT', 'from: tonight', /phases\.0\.from: an instant such as /],
    ['for: 1h', 'for: long', /plans\.0\.for: a duration such as 3h is expected/],
    ['source: AWS Health Dashboard, as reported by news.lavx.hu', 'source: ""', /phases\.2\.source: /],
  ] as const) {
    assert.ok(text.includes(from), from);
    assert.throws(
      () =>
        parseOutage(
          text.replace(from, () => to),
          'may.yaml',
        ),
      { name: 'TypeError', message: says },
    );
  }
});

test('the small stack looks from each Region that a plan looks from, and stays the very same where it does already', () => {
  const { plan } = given;
  const is = (region: string) => ({ 'Fn::Equals': [{ Ref: 'AWS::Region' }, region] });
  const template = { Conditions: { IsWitness: { 'Fn::Or': [is('none'), is('us-west-2')] }, Other: is('x') } };
  assert.equal(forWitnesses(template, [plan]), template);
  const elsewhere = { ...plan, regions: { ...plan.regions, witness: 'eu-west-1' } };
  assert.deepEqual(forWitnesses(template, [plan, elsewhere]).Conditions, {
    IsWitness: { 'Fn::Or': [template.Conditions.IsWitness, is('eu-west-1')] },
    Other: is('x'),
  });
});

const there = { primary: 'us-east-1', recovery: 'us-west-2', witness: 'eu-west-1' };

test('a workload in other Regions names none of those that it was in', () => {
  const moved = relocate(given, there);
  assert.doesNotMatch(JSON.stringify(moved), /ap-northeast/);
  assert.deepEqual(moved.plan.regions, there);
  assert.deepEqual(Object.keys(moved.world.regions).sort(), Object.values(there).sort());
  const { hash, ...rest } = moved.plan;
  assert.equal(hash, canonicalHash(rest));
});

test('Regions may change places, and moving back gives what was there', () => {
  const { primary, recovery, witness = '' } = given.plan.regions;
  const swapped = relocate(given, { primary: recovery, recovery: primary, witness });
  assert.deepEqual(swapped.plan.regions, { primary: recovery, recovery: primary, witness });
  assert.deepEqual(relocate(swapped, { primary, recovery, witness }), given);
});

test('where AWS Health repeats what it says of the primary Region is a Region of the world', () => {
  const moved = relocate(given, { primary: 'me-south-1', recovery: 'me-central-1', witness: 'eu-central-1' });
  assert.ok(moved.world.regions['us-west-2']);
});

test('a plan that looks from a Region that no installed plan looks from is probed from there', async () => {
  const { plan, world } = relocate(given, there);
  const account = openInstallation({ plans: [plan], templates: how.templates }, { world, seed: 1 });
  const { sim } = account;
  account.startSchedules();
  await sim.clock.driveUntil(sim.clock.nowMs() + 150_000);
  const probes = sim.transcript.filter(
    ({ callerArn, outcome }) => /probe/i.test(callerArn) && outcome === 'ok',
  );
  const from = new Set(probes.map(({ callerArn }) => /assumed-role\/[^/]*/.exec(callerArn)?.[0]));
  assert.equal(from.size, 2, `probes wrote from ${[...from].join(', ')}`);
});
