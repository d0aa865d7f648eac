import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv } from 'ajv';
import { type Evidence, readEvidence } from '../../report/evidence.ts';
import { eventJsonSchema } from '../../report/json-schema.ts';
import type { OrderGiven } from '../../report/operator.ts';
import { root, run, scratch } from './run.ts';

const sample = join(root, 'events', 'health-regional-issue.sample.json');
const validate = new Ajv({ strict: false, validateFormats: false }).compile(eventJsonSchema());

const refused: readonly { readonly order: string; readonly says: RegExp }[] = [
  { order: 'approve latest --comment x', says: /begins with a time after the start such as \+12m/ },
  { order: '+12m', says: /an order such as approve, abort or continue/ },
  { order: '+12m reboot', says: /unknown command 'reboot'/ },
  { order: '+12m approve latest', says: /'--comment <text>' not specified/ },
  { order: "+12m approve latest --comment 'x", says: /a quote in it is not closed/ },
  { order: '+12m pause --comment x', says: /name one plan, or give --all/ },
  { order: '+12m abort latest --comment x --as mallory', says: /'mallory' is invalid.*alice/ },
  { order: '+12m approve latest --comment two words', says: /too many arguments/ },
];

for (const { order, says } of refused) {
  test(`the order ${order} ends 1 and says what is wrong with it`, async () => {
    const { exitCode, stdout, stderr } = await run('event', sample, '--then', order);
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /internal error|\n\s+at /);
    assert.equal(stdout, '');
  });
}

test('a drill is not rehearsed together with a failover that would be judged as its own doing', async () => {
  const order = '+1m failover shop';
  const { exitCode, stdout, stderr } = await run('drill', 'shop', '--then', order, '--out', scratch);
  assert.equal(exitCode, 1, stderr);
  assert.match(stderr, /\+1m failover shop.*lifeboat event/);
  assert.equal(stdout, '');
});

test('people give their orders in a rehearsal, and the output says what became of each', async () => {
  const out = join(scratch, 'then');
  const { exitCode, stdout, stderr } = await run(
    ...['event', sample, '--at', '+4m', '--fault', 'primary-outage', '--fault', 'replica-lagging'],
    ...['--then', '+1m approve latest --comment early'],
    ...['--then', '+6m approve latest --override LagTooHigh --comment "fifteen minutes are lost" --as bob'],
    ...['--then', '+7m continue latest', '--seed', '3', '--json', '--out', out],
  );
  assert.equal(exitCode, 2, stderr);
  const printed = JSON.parse(stdout) as {
    readonly orders: readonly OrderGiven[];
    readonly recoveries: readonly { readonly recovery: string; readonly outcome: string }[];
  };
  assert.ok(validate(printed), JSON.stringify(validate.errors));
  const [recovery = assert.fail()] = printed.recoveries;
  assert.equal(recovery.outcome, 'recovered');
  const [early, approved, continued, ...more] = printed.orders;
  assert.deepEqual(more, []);
  assert.deepEqual([early?.isDone, early?.says.slice(0, 21)], [false, 'no recovery is active']);
  assert.deepEqual(
    [approved?.at, approved?.by, approved?.isDone, approved?.recovery],
    ['2026-11-02T00:06:00.000Z', 'AIDASIMULATEDBOB', true, recovery.recovery],
  );
  assert.match(continued?.says ?? '', /the run 1 .* still goes on/);
  const evidence = readEvidence(readFileSync(join(out, recovery.recovery, 'evidence.json'), 'utf8'));
  assert.match(evidence.repeat ?? '', /--then "\+7m continue latest"$/);
});

test('a rehearsed failover is aborted and continued as on the deployed stack, and is judged over both runs', async () => {
  const out = join(scratch, 'continued');
  const { exitCode, stdout, stderr } = await run(
    ...['drill', 'shop', '--kind', 'failover', '--seed', '3', '--out', out],
    ...['--then', '+30s abort latest --comment "a false alarm"', '--then', '+3m continue latest'],
  );
  assert.equal(exitCode, 0, stdout + stderr);
  assert.match(stdout, /\nT\+00:3\d {2}order of alice: abort .*: shop-failover-3 is asked to stop/);
  assert.match(
    stdout,
    /\nT\+03:0\d {2}order of alice: continue latest: the run 2 of shop-failover-3 is started/,
  );
  assert.match(stdout, /\nRECOVERED {2}shop {2}shop-failover-3\n/);
  assert.match(stdout, /violations +none\n/);
});

test('of two recoveries of one plan each is judged by the users that it moved itself', async () => {
  const out = join(scratch, 'two');
  const { stdout, stderr } = await run(
    ...['event', sample, '--at', '+4m', '--fault', 'primary-outage', '--seed', '2', '--json', '--out', out],
    ...['--then', '+19m acknowledge shop --comment seen', '--then', '+20m failover shop'],
  );
  assert.equal(stderr, '');
  const { recoveries } = JSON.parse(stdout) as { readonly recoveries: readonly Evidence[] };
  const [moved, later, ...more] = recoveries;
  assert.deepEqual(more, []);
  assert.equal(moved?.outcome, 'recovered');
  assert.ok(moved.rtoSeconds! > 0);
  assert.ok(moved.traffic.switchedAt);
  assert.deepEqual([later?.rtoSeconds, later?.traffic.switchedAt], [null, null]);
});

test('a recovery that was given up has not moved the users whom the next one moved', async () => {
  const { stdout, stderr } = await run(
    ...['event', sample, '--at', '+4m', '--fault', 'primary-outage', '--seed', '2', '--json'],
    ...['--out', join(scratch, 'given-up'), '--then', '+3m abort latest --comment wait'],
    ...['--then', '+4m abort latest --comment "not this one"', '--then', '+5m failover shop'],
  );
  assert.equal(stderr, '');
  const { recoveries } = JSON.parse(stdout) as { readonly recoveries: readonly Evidence[] };
  const [aborted, moved, ...more] = recoveries;
  assert.deepEqual(more, []);
  assert.deepEqual([aborted?.outcome, moved?.outcome], ['aborted', 'recovered']);
  assert.deepEqual([aborted?.rtoSeconds, aborted?.traffic.switchedAt], [null, null]);
  assert.ok(moved?.traffic.switchedAt);
});

test('for people, an order is a line of the progress and one among the decisions', async () => {
  const args = ['--at', '+4m', '--for', '6m', '--out', join(scratch, 'paused')];
  const pause = ['--then', '+2m pause shop --comment "a test of the grid"'];
  const { exitCode, stdout } = await run('event', sample, ...args, ...pause, '--fault', 'primary-outage');
  assert.equal(exitCode, 0, stdout);
  assert.match(
    stdout,
    /\nT\+02:0\d {2}order of alice: pause shop --comment "a test of the grid": the plan shop is not/,
  );
  assert.match(stdout, /\n2026-11-02 00:02:00 UTC {2}✔ pause by AIDASIMULATEDALICE: the plan shop is not/);
  assert.match(stdout, /hold \(PrimaryDown, blocked by Paused\)/);
});
