import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { Ajv } from 'ajv';
import type { PlanStatus } from '../../recovery/status.ts';
import { orderJsonSchema, statusJsonSchema } from '../../report/json-schema.ts';
import type { OrderGiven } from '../../report/operator.ts';
import { Person } from '../drill/person.ts';
import { Stage } from '../drill/stage.ts';
import { type Ran, run, runWith } from './run.ts';

const ajv = new Ajv({ strict: false, validateFormats: false });
const isOrders = ajv.compile(orderJsonSchema());
const isStatus = ajv.compile(statusJsonSchema());

/** A simulated account with the stack deployed, and a person at a command line that reaches it. */
class Desk {
  readonly stage: Stage;
  readonly person: Person;

  constructor(given: ConstructorParameters<typeof Stage>[0] = {}) {
    this.stage = new Stage(given);
    this.person = new Person(this.stage.account.sim, 'ana');
  }

  type(...args: readonly string[]): Promise<Ran> {
    const { clock } = this.stage.account.sim;
    return clock.drive(runWith(() => this.person.deps, ...args, '--aws'));
  }

  async order(...args: readonly string[]): Promise<OrderGiven & { readonly exitCode: number }> {
    const { stdout, exitCode, stderr } = await this.type(...args, '--json');
    assert.match(stdout, /^\{.*\}\n$/, stderr);
    const printed = JSON.parse(stdout) as { readonly orders: readonly OrderGiven[] };
    assert.ok(isOrders(printed), JSON.stringify(isOrders.errors));
    assert.equal(printed.orders.length, 1);
    return { ...printed.orders[0]!, exitCode };
  }

  async status(): Promise<PlanStatus> {
    const { stdout, exitCode } = await this.type('status', 'shop', '--json');
    assert.equal(exitCode, 0);
    const printed = JSON.parse(stdout) as { readonly plans: readonly PlanStatus[] };
    assert.ok(isStatus(printed), JSON.stringify(isStatus.errors));
    return printed.plans[0]!;
  }
}

const refused: readonly { readonly name: string; readonly args: readonly string[]; readonly says: RegExp }[] =
  [
    { name: 'an order without --aws', args: ['pause', 'shop', '--comment', 'x'], says: /say so with --aws/ },
    { name: 'a status without --aws', args: ['status'], says: /say so with --aws/ },
    {
      name: 'a pause of nothing',
      args: ['pause', '--comment', 'x', '--aws'],
      says: /one plan, or give --all/,
    },
    {
      name: 'a pause of a plan and of all',
      args: ['pause', 'shop', '--all', '--comment', 'x', '--aws'],
      says: /one plan, or give --all/,
    },
    {
      name: 'an approval without a reason',
      args: ['approve', 'shop-failover-1', '--aws'],
      says: /--comment/,
    },
    { name: 'an empty reason', args: ['abort', 'shop-x', '--comment', ' ', '--aws'], says: /say why/ },
    {
      name: 'an override that is no code',
      args: ['approve', 'shop-x', '--override', 'lag', '--comment', 'x', '--aws'],
      says: /'lag'.*LagTooHigh/,
    },
    {
      name: 'the latest recovery, by that word',
      args: ['continue', 'latest', '--aws'],
      says: /latest is no id/,
    },
    { name: 'a plan that is none', args: ['failover', 'nosuch', '--aws'], says: /no plan nosuch/ },
    {
      name: 'a Region without a plan',
      args: ['status', '--aws', '--region', 'sa-east-1'],
      says: /sa-east-1/,
    },
    {
      name: 'an endpoint that is no URL',
      args: ['status', '--endpoint', 'here'],
      says: /http:\/\/127\.0\.0\.1/,
    },
    {
      name: 'a seed for a drill that is real',
      args: ['drill', 'shop', '--aws', '--seed', '3'],
      says: /--seed is for a rehearsal/,
    },
    {
      name: 'a failover by the name of a drill',
      args: ['drill', 'shop', '--aws', '--kind', 'failover'],
      says: /lifeboat failover/,
    },
  ];

for (const { name, args, says } of refused) {
  test(`${name} ends 1 with one message, and AWS is not asked`, async () => {
    const reach = () => assert.fail('AWS was to be asked');
    const { exitCode, stdout, stderr } = await runWith(reach, ...args);
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /internal error|\n\s+at |\[object/);
    assert.equal(stdout, '');
  });
}

test('a person pauses, starts, looks at, approves and aborts on the deployed stack, and learns what cannot be now', async () => {
  const desk = new Desk({ lag: 600 });
  const { stage, person } = desk;
  assert.equal((await desk.status()).recovery, null);

  const pause = ['pause', 'shop', '--comment', 'a test of the grid'];
  const paused = await desk.order(...pause);
  assert.deepEqual([paused.exitCode, paused.isDone, paused.by], [0, true, person.userId]);
  assert.equal((await desk.status()).pause?.comment, 'a test of the grid');
  const again = await desk.type(...pause);
  assert.equal(again.exitCode, 3);
  assert.match(
    again.stdout,
    /^✖ pause by AIDAANA, not now: .*paused by AIDAANA.*; lifeboat unpause shop lifts/,
  );
  assert.equal((await desk.order('unpause', 'shop')).exitCode, 0);
  assert.equal((await desk.order('acknowledge', 'shop', '--comment', 'seen')).exitCode, 3);

  const everywhere = ['--all', '--region', 'ap-northeast-1'];
  assert.equal((await desk.order('pause', ...everywhere, '--comment', 'a change')).exitCode, 0);
  const braked = await desk.status();
  assert.deepEqual([braked.brake?.comment, braked.pause], ['a change', null]);
  assert.match(braked.wayOut ?? '', /lifeboat unpause --all/);
  assert.equal((await desk.order('unpause', ...everywhere)).exitCode, 0);
  const begun = await desk.order('failover', 'shop', '--comment', 'users complain');
  assert.deepEqual([begun.exitCode, begun.plan, begun.run], [0, 'shop', 1]);
  const id = begun.recovery ?? assert.fail('it has no name');
  assert.match(id, /^shop-failover-\d{8}t\d{9}$/);
  await stage.pass(300);
  const drill = await desk.order('drill', 'shop');
  assert.equal(drill.exitCode, 3);
  assert.match(drill.says, new RegExp(`${id} .* is active since`));
  const early = await desk.order('continue', id);
  assert.deepEqual([early.exitCode, early.isDone], [3, false]);
  assert.match(early.unblock ?? '', new RegExp(`lifeboat abort ${id}`));
  const strange = await desk.order('continue', 'shop-failover-1');
  assert.match(strange.says, new RegExp(`active in ap-northeast-1: ${id}`));
  const mistyped = await desk.order('approve', id, '--override', 'LagToHigh', '--comment', 'seen');
  assert.match(mistyped.says, /it also waits for --override LagTooHigh$/);
  const approved = await desk.order('approve', id, '--override', 'LagTooHigh', '--comment', 'seen');
  assert.equal(approved.exitCode, 0);
  assert.match(
    approved.says,
    /by AIDAANA, overriding LagTooHigh; whoever asked for it does not count: another person/,
  );
  const shown = await desk.type('status', 'shop');
  assert.match(
    shown.stdout,
    new RegExp(`^shop\\n {2}active {2}${id}, run 1, RUNNING, .*asked for by AIDAANA\\n`),
  );
  assert.match(shown.stdout, /\n {4}gate +working: approval: .*600 s behind/);
  assert.match(shown.stdout, /\n {2}approved by AIDAANA at .*, overriding LagToHigh, LagTooHigh: seen\n/);
  assert.match(shown.stdout, /\n {2}way out lifeboat approve /);
  assert.doesNotMatch(shown.stdout, /undefined|\[object|NaN|null/);

  assert.equal((await desk.order('abort', id, '--comment', 'a false alarm')).exitCode, 0);
  await stage.pass(120);
  const { recovery, wayOut } = await desk.status();
  assert.deepEqual([recovery?.outcome, recovery?.isActive], ['aborted', true]);
  assert.match(wayOut ?? '', new RegExp(`lifeboat continue ${id}`));
  assert.equal((await desk.order('continue', id, '--comment', 'it is none')).run, 2);
  const continued = await desk.type('status', 'shop');
  assert.match(continued.stdout, /\n {2}continued into run 2 by AIDAANA at .* UTC: it is none\n/);
});

test('a drill that a person starts runs on the drill machine; a stage that is not deployed is said to be none', async () => {
  const desk = new Desk({ kind: 'drill' });
  const begun = await desk.order('drill', 'shop');
  assert.match(begun.recovery ?? '', /^shop-drill-/);
  const [execution = assert.fail()] = desk.stage.account.sim
    .region('ap-northeast-1')
    .states.executions.filter(({ name }) => name === `${begun.recovery}-r1`);
  assert.equal(execution.machine.arn, desk.stage.account.machineArns.drill);
  const nowhere = await desk.order('pause', 'shop', '--comment', 'x', '--stage', 'beta');
  assert.equal(nowhere.exitCode, 3);
  assert.match(nowhere.says, /stage beta is not installed in ap-northeast-1/);
});

test('without credentials a person is told so', async () => {
  const error = Object.assign(new Error('Could not load credentials from any providers'), {
    name: 'CredentialsProviderError',
  });
  const { person } = new Desk();
  const transport = { ...person.deps.transport, credentials: () => Promise.reject(error) } as never;
  const { exitCode, stderr } = await runWith(
    () => ({ ...person.deps, transport }),
    'status',
    'shop',
    '--aws',
  );
  assert.equal(exitCode, 1, stderr);
  assert.match(stderr, /^no AWS credentials: Could not load/);
});

/** An AWS on this machine that gives each service's requests one answer; what was asked, by Region. */
async function withAnswers(
  answers: { readonly sts: readonly [number, string]; readonly ssm: readonly [number, string] },
  work: (endpoint: string, asked: readonly string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const [, , region, service] =
      /Credential=([^/]+\/){2}([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    asked.push(`${service} ${region}`);
    const [status, body] = service === 'sts' ? answers.sts : answers.ssm;
    const type = service === 'sts' ? 'text/xml' : 'application/x-amz-json-1.1';
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  const before = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = 'of no account';
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);
  } finally {
    for (const [i, name] of names.entries()) {
      if (before[i] === undefined) delete process.env[name];
      else process.env[name] = before[i];
    }
    server.closeAllConnections();
    server.close();
  }
}

const me =
  '<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>AIDAANA</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>';
const nobody = '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';

test('an AWS elsewhere is asked at its endpoint, and what it refuses ends 3 with the action that is missing', async () => {
  const denied = JSON.stringify({ __type: 'AccessDeniedException', message: 'no' });
  await withAnswers({ sts: [403, nobody], ssm: [400, denied] }, async (endpoint, asked) => {
    const { exitCode, stdout } = await run('status', 'shop', '--endpoint', endpoint);
    assert.equal(exitCode, 3);
    assert.match(stdout, /^shop \(ap-northeast-1\)\n {2}sts:GetCallerIdentity answered AccessDenied: no\n/);
    assert.deepEqual([...asked].sort(), ['ssm ap-northeast-1', 'sts ap-northeast-1']);
  });
});

test('the brake goes to the stack of each Region that recovers a plan, and where there is none it says so', async () => {
  const none = JSON.stringify({ Parameters: [], InvalidParameters: ['/lifeboat/live/installation'] });
  await withAnswers({ sts: [200, me], ssm: [200, none] }, async (endpoint) => {
    const pause = ['pause', '--all', '--comment', 'x', '--endpoint', endpoint, '--json'];
    const { exitCode, stdout } = await run(...pause);
    assert.equal(exitCode, 3);
    const { orders } = JSON.parse(stdout) as { readonly orders: readonly OrderGiven[] };
    assert.ok(isOrders({ orders }), JSON.stringify(isOrders.errors));
    assert.ok(orders.some(({ says }) => says.includes('not installed in ap-northeast-1')));
    assert.ok(orders.some(({ says }) => says.includes('not installed in eu-central-1')));
    const status = await run('status', '--endpoint', endpoint, '--json');
    assert.equal(status.exitCode, 3);
    assert.ok(isStatus(JSON.parse(status.stdout)), JSON.stringify(isStatus.errors));
  });
});
