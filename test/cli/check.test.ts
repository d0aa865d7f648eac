import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv } from 'ajv';
import { runCommandLine } from '../../cli/command-line.ts';
import type { CheckPrinted } from '../../report/check.ts';
import { checkJsonSchema } from '../../report/json-schema.ts';
import { openAccount, settings } from '../simulator/data-account.ts';
import { root, run, scratchFile, textOf } from './run.ts';

const validate = new Ajv({ strict: false }).compile(checkJsonSchema());

function printed(stdout: string): CheckPrinted {
  assert.match(stdout, /^\{.*\}\n$/, 'one line, one object, nothing else');
  const object = JSON.parse(stdout) as CheckPrinted;
  assert.ok(validate(object), JSON.stringify(validate.errors));
  return object;
}

test('every plan of the checkout is checked and ready', async () => {
  const { exitCode, stdout, stderr } = await run('check', '--json');
  assert.equal(exitCode, 0, stdout + stderr);
  const { plans } = printed(stdout);
  assert.deepEqual(
    plans.map(({ plan, errors }) => [plan, errors]),
    [
      ['minimal', []],
      ['shop', []],
    ],
  );
  for (const { readiness } of plans) {
    assert.ok(readiness.length > 5);
    assert.ok(readiness.every(({ status }) => status === 'ok' || status === 'warning'));
  }
});

test('without --json each finding is a line, under the name of its plan', async () => {
  const { exitCode, stdout } = await run('check', 'shop');
  assert.equal(exitCode, 0);
  assert.match(stdout, /^shop \(.*plans\/shop\.yaml\): 1 warning, \d+ ok\n/);
  assert.match(
    stdout,
    /\n {2}✔ servers\.worker image +the newest, ami-0a11c0ffee0000010, is 7h old of 26h\n/,
  );
  assert.match(stdout, /\n {2}▲ volumes\.data rpo +/);
  assert.doesNotMatch(stdout, /minimal/);
});

test('what is bad in the world ends 2, and its line says what to do', async () => {
  const world = textOf('worlds/shop.yaml').replace('quotas: { vcpus: 64 }', 'quotas: { vcpus: 8 }');
  const { exitCode, stdout } = await run('check', 'shop', '--world', scratchFile('small.yaml', world));
  assert.equal(exitCode, 2);
  assert.match(stdout, /✖ vCPU quota +6 vCPUs to start, 6 in use, of 8; raise the quota/);
});

test('mistakes and claims end 1, with file, line and the way out', async () => {
  const shop = textOf('plans/shop.yaml');
  const first = scratchFile('first.yaml', shop.replace('plan: shop', 'plan: first'));
  const second = scratchFile('second.yaml', shop.replace('plan: shop', 'plan: second'));
  const broken = scratchFile('broken.yaml', shop.replace('mode: automatic', 'mode: automtic'));
  const { exitCode, stdout } = await run('check', first, second, broken, '--world', 'shop', '--json');
  assert.equal(exitCode, 1);
  const { plans } = printed(stdout);
  assert.deepEqual(
    plans.map(({ plan, readiness }) => [plan, readiness.length > 0]),
    [
      ['first', true],
      ['second', true],
      ['broken', false],
    ],
  );
  const [one, , three] = plans;
  assert.ok(
    one?.errors.some(
      ({ path, message }) => path === 'databases.orders.promote.replica' && message.includes(second),
    ),
  );
  assert.deepEqual(
    three?.errors.map(({ file, path, fix }) => [file, path, fix]),
    [[broken, 'trigger.mode', 'did you mean "automatic"?']],
  );
  const inWords = await run('check', broken);
  assert.match(
    inWords.stdout,
    /✖ .*broken\.yaml:\d+: trigger\.mode: .*\n {6}fix: did you mean "automatic"\?\n/,
  );
});

test('a plan without a world of its own is checked for mistakes, and its readiness is unknown', async () => {
  const text = textOf('plans/minimal.yaml').replaceAll('minimal', 'other');
  const { exitCode, stdout } = await run('check', scratchFile('other.yaml', text), '--json');
  assert.equal(exitCode, 3);
  const [plan] = printed(stdout).plans;
  assert.deepEqual(
    plan?.readiness.map(({ name, status }) => [name, status]),
    [['account', 'unknown']],
  );
  assert.match(
    plan?.readiness[0]?.detail ?? '',
    /describe the account in worlds\/other\.yaml, or look at the real one with --aws/,
  );
});

test('a world and the real account at once are refused', async () => {
  const { exitCode, stderr } = await run('check', 'shop', '--world', 'shop', '--aws');
  assert.equal(exitCode, 1);
  assert.match(stderr, /--world is a simulated account, and --aws the real one/);
});

test('with --aws the account of the usual credentials is looked at, and what it lacks is bad', async () => {
  const sim = openAccount();
  const { requestHandler, credentials } = settings(sim, 'ap-northeast-1');
  const chunks: string[] = [];
  const stream = { write: (text: string) => chunks.push(text) } as unknown as NodeJS.WriteStream;
  const clock = {
    nowMs: () => sim.clock.nowMs(),
    after: (ms: number, fire: () => void) => sim.clock.after(ms, fire),
  };
  const exitCode = await sim.clock.drive(
    runCommandLine(
      ['check', join(root, 'plans/shop.yaml'), '--aws', '--json'],
      { stdout: stream, stderr: stream },
      () => ({
        clock,
        entropy: { hex: (_name, _subject, digits) => '0'.repeat(digits) },
        transport: { requestHandler, credentials },
      }),
    ),
  );
  assert.equal(exitCode, 2, chunks.join(''));
  const [plan] = printed(chunks.join('')).plans;
  const bad = plan?.readiness.filter(({ status }) => status === 'bad').map(({ name }) => name) ?? [];
  for (const name of [
    'installation',
    'servers.web standing',
    'servers.worker image',
    'databases.orders replica',
    'topic shop-dr',
  ])
    assert.ok(bad.includes(name), name);
});
