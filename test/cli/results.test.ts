import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv } from 'ajv';
import { readEvidence, summaryOf } from '../../report/evidence.ts';
import { drillJsonSchema } from '../../report/json-schema.ts';
import { run, scratch, scratchFile, textOf } from './run.ts';

const validate = new Ajv({ strict: false, validateFormats: false }).compile(drillJsonSchema());

/** The one object on standard output. */
function printed(stdout: string): Record<string, unknown> {
  assert.match(stdout, /^\{.*\}\n$/, 'one line, one object, nothing else');
  const object = JSON.parse(stdout) as Record<string, unknown>;
  assert.ok(validate(object), JSON.stringify(validate.errors));
  return object;
}

test('a good failover prints one object, writes its evidence and its report, and ends 0', async () => {
  const out = join(scratch, 'good');
  const ran = await run('drill', 'shop', '--kind', 'failover', '--seed', '45', '--json', '--out', out);
  assert.equal(ran.exitCode, 0, ran.stderr);
  const object = printed(ran.stdout);
  assert.equal(object['outcome'], 'recovered');
  assert.equal(object['seed'], 45);
  assert.deepEqual(readdirSync(out), ['shop-failover-45']);
  const directory = join(out, 'shop-failover-45');
  assert.deepEqual(readdirSync(directory).sort(), ['evidence.json', 'report.html']);
  const evidence = readEvidence(readFileSync(join(directory, 'evidence.json'), 'utf8'));
  assert.deepEqual(JSON.parse(JSON.stringify(summaryOf(evidence))), object);
  assert.equal(evidence.repeat, 'npm run -s lifeboat -- drill shop --seed 45 --kind failover');
  const report = readFileSync(join(directory, 'report.html'), 'utf8');
  assert.match(report, /^<!doctype html>/i);
  assert.ok(report.includes('shop-failover-45') && /recovered/i.test(report));
  assert.doesNotMatch(report, /<(script|link|img)[^>]+(src|href)="https?:/, 'the page is self-contained');
});

test('a failover that fails prints one object with its reason and ends 3', async () => {
  const out = join(scratch, 'failed');
  const args = ['--kind', 'failover', '--fault', 'no-replica', '--seed', '45', '--json', '--out', out];
  const ran = await run('drill', 'shop', ...args);
  assert.equal(ran.exitCode, 3, ran.stderr);
  const object = printed(ran.stdout);
  assert.equal(object['outcome'], 'failed');
  assert.match(String(object['reason']), /shop-orders-replica/);
  assert.equal(object['rtoSeconds'], null, 'what was not reached is null');
  const evidence = readEvidence(readFileSync(join(out, 'shop-failover-45', 'evidence.json'), 'utf8'));
  assert.deepEqual(evidence.faults, ['no-replica']);
});

test('a failover that takes longer than its objective ends 2 and says by how much', async () => {
  const text = textOf('plans/shop.yaml').replace('rto: 30m', 'rto: 3m');
  const [plan, out] = [scratchFile('hasty.yaml', text), join(scratch, 'missed')];
  const args = ['--kind', 'failover', '--seed', '45', '--out', out];
  const ran = await run('drill', plan, ...args);
  assert.equal(ran.exitCode, 2, ran.stdout + ran.stderr);
  const evidence = readEvidence(readFileSync(join(out, 'shop-failover-45', 'evidence.json'), 'utf8'));
  assert.equal(evidence.outcome, 'recovered');
  assert.equal(evidence.objectives.met, false);
  assert.match(evidence.metReason ?? '', /more than 180 s/);
});

test('a drill for people shows each step while it runs, then the verdict and where the evidence is', async () => {
  const out = join(scratch, 'shown');
  const { exitCode, stdout, stderr } = await run('drill', 'minimal', '--seed', '3', '--out', out);
  assert.equal(exitCode, 0, stderr);
  assert.equal(stderr, '');
  assert.match(stdout, /^T\+00:00 {2}drill of minimal in eu-central-1, seed 3\n/);
  const order = ['open', 'servers', 'verify', 'cleanup', 'sweep', 'conclude'].map((step) =>
    stdout.search(new RegExp(`✔ ${step} +done`)),
  );
  assert.ok(
    order.every((at, i) => at > (order[i - 1] ?? 0)),
    `${order}`,
  );
  assert.match(stdout, /RTO/);
  assert.match(stdout, /RPO/);
  assert.ok(stdout.includes(join(out, 'minimal-drill-3')));
  assert.doesNotMatch(stdout, /undefined|\[object|NaN/);
});
