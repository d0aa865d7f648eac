import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv } from 'ajv';
import { readEvidence } from '../../report/evidence.ts';
import { eventJsonSchema } from '../../report/json-schema.ts';
import { root, run, scratch, scratchFile } from './run.ts';

const sample = join(root, 'events', 'health-regional-issue.sample.json');
const validate = new Ajv({ strict: false, validateFormats: false }).compile(eventJsonSchema());

interface Printed {
  readonly decisions: readonly { readonly decision: string; readonly unblock: string | null }[];
  readonly recoveries: readonly { readonly recovery: string; readonly outcome: string }[];
}

function printed(stdout: string): Printed {
  assert.match(stdout, /^\{.*\}\n$/, 'one line, one object, nothing else');
  const object = JSON.parse(stdout) as Printed;
  assert.ok(validate(object), JSON.stringify(validate.errors));
  return object;
}

const event = {
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  source: 'aws.health',
  'detail-type': 'AWS Health Event',
  account: '123456789012',
  time: '2026-11-02T00:03:00Z',
  region: 'us-west-2',
  resources: [],
  detail: {},
};
const file = (name: string, content: unknown) =>
  scratchFile(name, typeof content === 'string' ? content : JSON.stringify(content));
const good = file('good.json', event);
const { detail: _, ...withoutDetail } = event;

const twin = scratchFile(
  'twin.yaml',
  readFileSync(join(root, 'plans', 'shop.yaml'), 'utf8').replace('plan: shop', 'plan: twin'),
);

const refused: readonly { readonly name: string; readonly args: readonly string[]; readonly says: RegExp }[] =
  [
    { name: 'no file', args: [], says: /missing required argument 'file'/ },
    { name: 'a file that is not there', args: ['./nosuch.json'], says: /\.\/nosuch\.json: there is no such/ },
    { name: 'a directory', args: [root], says: /: it is a directory/ },
    { name: 'a file that is not JSON', args: [file('a.json', '{')], says: /a\.json: it is not JSON/ },
    { name: 'a file without an event', args: [file('b.json', [])], says: /b\.json: there is no event/ },
    { name: 'a number for an event', args: [file('c.json', 7)], says: /c\.json: event: .*an event has id/ },
    {
      name: 'an event without its detail',
      args: [file('d.json', [event, withoutDetail])],
      says: /d\.json: event 2: detail is missing/,
    },
    {
      name: 'an event at no time',
      args: [file('e.json', { ...event, time: 'today' })],
      says: /e\.json: event: time: an instant such as/,
    },
    {
      name: 'an event of a Region that the world has not',
      args: [file('f.json', { ...event, region: 'sa-east-1' })],
      says: /sa-east-1, and the world has only/,
    },
    { name: 'an unknown plan', args: [good, '--plan', 'nosuch'], says: /no plan nosuch/ },
    {
      name: 'a plan given twice',
      args: [good, '--plan', 'shop', '--plan', 'shop'],
      says: /shop is given twice/,
    },
    {
      name: 'two plans that claim one thing',
      args: [good, '--plan', 'shop', '--plan', twin, '--world', 'shop'],
      says: /the plan shop: databases\.orders\.promote\.replica: the plan "twin" claims the replica/,
    },
    { name: 'an unknown fault', args: [good, '--fault', 'nosuch'], says: /no fault nosuch/ },
    { name: 'an unknown world', args: [good, '--world', 'nosuch'], says: /no world nosuch/ },
    {
      name: 'a plan that recovers elsewhere',
      args: [good, '--plan', 'shop', '--plan', 'minimal'],
      says: /recovers in eu-central-1, and the world has only/,
    },
    { name: 'a time that is none', args: [good, '--at', 'soon'], says: /'soon'.*\+90s/ },
    {
      name: 'more times than events',
      args: [good, '--at', '+1s', '--at', '+2s'],
      says: /2 times, for 1 events/,
    },
    { name: 'a span that is none', args: [good, '--for', '0s'], says: /'0s'.*2h/ },
    {
      name: 'an event after the end',
      args: [good, '--for', '1m'],
      says: /happens at 2026-11-02T00:03:00Z, later than 1m after the start/,
    },
  ];

for (const { name, args, says } of refused) {
  test(`${name} ends 1 with one message, and nothing is run`, async () => {
    const out = join(scratch, 'refused');
    const { exitCode, stdout, stderr } = await run('event', ...args, '--json', '--out', out);
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /internal error|\n\s+at |\.ts:\d|\[object/);
    assert.equal(stdout, '');
    assert.ok(!existsSync(out), 'something was written');
  });
}

test('an event in a healthy world is held, says the way out, writes nothing and ends 0', async () => {
  const out = join(scratch, 'healthy');
  const ran = await run('event', sample, '--at', '+4m', '--for', '8m', '--json', '--out', out);
  assert.equal(ran.exitCode, 0, ran.stderr);
  const { decisions, recoveries } = printed(ran.stdout);
  assert.deepEqual(recoveries, []);
  assert.ok(decisions.length > 0);
  for (const { decision, unblock } of decisions) {
    assert.equal(decision, 'hold');
    assert.ok(unblock);
  }
  assert.deepEqual(readdirSync(out), []);
});

test('for people, the event shows the steps, a line for each decision and the verdict of the recovery', async () => {
  const out = join(scratch, 'outage');
  const args = ['--at', '+4m', '--fault', 'primary-outage', '--seed', '3', '--out', out];
  const { exitCode, stdout, stderr } = await run('event', sample, ...args);
  assert.equal(exitCode, 0, stdout + stderr);
  assert.match(stdout, /^T\+00:00 {2}1 event for shop, seed 3\n/);
  assert.match(stdout, /T\+04:00 {2}AWS Health Event of aws\.health on the bus of /);
  assert.match(stdout, /✔ databases +done/);
  assert.match(stdout, /\n2026-11-02 00:0\d:\d\d UTC {2}shop {2}recover \([A-Z]\w+\): /);
  assert.match(stdout, /\nRECOVERED {2}shop {2}shop-failover-20261102t000\d{3}\n/);
  assert.doesNotMatch(stdout, /undefined|\[object|NaN/);
  const [recovery = assert.fail()] = readdirSync(out);
  const evidence = readEvidence(readFileSync(join(out, recovery, 'evidence.json'), 'utf8'));
  assert.equal(evidence.recovery, recovery);
  assert.match(evidence.repeat ?? '', /lifeboat -- event .*--seed 3 --fault primary-outage --at \+4m$/);
});
