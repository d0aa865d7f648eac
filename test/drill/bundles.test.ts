import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { type Bundles, openBundles } from '../../drill/bundles/bundles.ts';
import type { Rehearsal } from '../../drill/rehearsal.ts';
import { type Rehearsed, rehearse } from '../../drill/rehearse.ts';
import { parsePlan } from '../../recovery/plan/parse.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { NotSimulated } from '../../simulator/errors.ts';
import type { Json } from '../../simulator/json.ts';
import type { InvokeResult } from '../../simulator/lambda/function.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build.ts';
import { parseWorld } from '../../simulator/world/parse.ts';
import type { World } from '../../simulator/world/schema.ts';
import { bundle } from '../../stack/bundle.ts';
import { readRepository, seoul, shopPlan, shopWorld, template, tokyo } from './shop.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lifeboat-bundles-'));
const compiled = join(scratch, 'compiled');
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Every call of AWS, by the function that made it and by what AWS answered, with how often. */
function callsOf({ account }: Rehearsed): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { callerArn, service, region, operation, outcome } of account.sim.transcript) {
    const call = `${callerArn.split('/').at(-1)} ${service}:${operation} ${region} ${outcome}`;
    counts[call] = (counts[call] ?? 0) + 1;
  }
  return counts;
}

test('a rehearsal through the bundles over HTTP is the one in memory: outcome, calls, and every instant of its evidence', async () => {
  const directory = join(scratch, 'dist');
  await bundle({ outDirectory: directory });
  const [shop, minimal] = [shopPlan(), planOf('minimal')];
  const installed = { plans: [minimal, shop], template };
  const rehearsals: readonly Rehearsal[] = [
    { ...installed, plan: shop, world: shopWorld(), kind: 'drill', scope: 'restore', seed: 20, faults: [] },
    // Calls that hang until their deadline, names and addresses outside AWS, and a record of DNS.
    {
      ...installed,
      plan: minimal,
      world: worldNamed('minimal'),
      kind: 'failover',
      seed: 2,
      faults: ['primary-outage'],
    },
  ];
  const bundles = await openBundles(directory, compiled);
  try {
    for (const rehearsal of rehearsals) {
      const inMemory = await rehearse(rehearsal);
      const overHttp = await rehearse({ ...rehearsal, bundles });
      assert.match(overHttp.evidence.outcome, /^(drilled|recovered)$/);
      assert.ok(overHttp.account.sim.transcript.length > 150);
      assert.deepEqual(callsOf(overHttp), callsOf(inMemory));
      assert.deepEqual(overHttp.evidence, inMemory.evidence);
    }
  } finally {
    await bundles.close();
  }
});

function planOf(name: string): Plan {
  const parsed = parsePlan(readRepository(`plans/${name}.yaml`), `plans/${name}.yaml`);
  assert.ok('plan' in parsed);
  return parsed.plan;
}

function worldNamed(name: string): World {
  const parsed = parseWorld(readRepository(`worlds/${name}.yaml`), `worlds/${name}.yaml`);
  assert.ok('world' in parsed);
  return parsed.world;
}

/** Writes bundles of a test's own: their texts by name. */
function ownBundles(texts: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(scratch, 'own-'));
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'index.mjs'), `export const handler = ${text};`);
  }
  return directory;
}

const waits = ownBundles({
  remembers: `async () => {
    globalThis.runs = (globalThis.runs ?? 0) + 1;
    return { runs: globalThis.runs, environment: { ...process.env } };
  }`,
  computes: `async (event, context) => {
    const began = Date.now();
    let sum = 0;
    for (let i = 0; i < 5e6; i += 1) sum += i % 7;
    const computed = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 45_000));
    const never = setTimeout(() => { throw new Error('it was taken back'); }, 1_000);
    clearTimeout(never);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    return [computed - began, Date.now() - computed, Math.round(new Date().getTime() - began), context.getRemainingTimeInMillis(), sum > 0];
  }`,
  asks: `async ({ url, name }) => {
    const { Resolver } = await import('node:dns/promises');
    const records = await new Resolver({ timeout: 3000, tries: 1 }).resolve(name, 'CNAME').catch((error) => error.message);
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(8_000), redirect: 'manual' });
      return { records, status: response.status, body: await response.text() };
    } catch (error) {
      return { records, failed: error.cause.message };
    }
  }`,
  throws: `async () => { const error = new Error('of its own'); error.name = 'BrokenInvariant'; throw error; }`,
  exits: `async () => { process.exit(1); }`,
  hangs: `() => new Promise(() => {})`,
});

/** Gives a world a function with the code of such a bundle, and invokes it. */
function invoke(
  sim: Simulator,
  bundles: Bundles,
  name: string,
  event: Json = {},
  subject = 'test',
): Promise<InvokeResult> {
  const { lambda } = sim.region(tokyo);
  lambda.register({
    name,
    roleArn: `arn:aws:iam::${sim.accountId}:role/${name}`,
    timeoutSeconds: 60,
    memoryMb: 512,
    environment: { LIFEBOAT_KIND: 'drill' },
    handler: bundles.code(sim, `dist/${name}/index.handler`),
  });
  return sim.clock.drive(lambda.invoke(name, event, subject));
}

async function withBundles(run: (sim: Simulator, bundles: Bundles) => Promise<void>): Promise<void> {
  const bundles = await openBundles(waits, compiled);
  try {
    await run(buildWorld(shopWorld(), { seed: 1 }), bundles);
  } finally {
    await bundles.close();
  }
}

const payloadOf = (result: InvokeResult) => {
  assert.ok('payload' in result, JSON.stringify(result));
  return result.payload;
};

test('an invocation remembers nothing of another, and finds what Lambda gives it and nothing of this machine', () =>
  withBundles(async (sim, bundles) => {
    const [first, second] = [
      await invoke(sim, bundles, 'remembers', {}, 'first'),
      await invoke(sim, bundles, 'remembers', {}, 'second'),
    ].map(payloadOf) as unknown as { runs: number; environment: Record<string, string> }[];
    assert.deepEqual([first?.runs, second?.runs], [1, 1]);
    const { environment } = first!;
    assert.equal(environment['AWS_ENDPOINT_URL'], bundles.url);
    assert.equal(environment['LIFEBOAT_KIND'], 'drill');
    assert.equal(environment['AWS_LAMBDA_FUNCTION_NAME'], 'remembers');
    assert.notEqual(environment['AWS_ACCESS_KEY_ID'], second?.environment['AWS_ACCESS_KEY_ID']);
    assert.ok(sim.knows(environment['AWS_ACCESS_KEY_ID'] ?? ''));
    assert.deepEqual(
      Object.keys(environment).filter((name) => ['HOME', 'PATH', 'USER', 'NODE_OPTIONS'].includes(name)),
      [],
    );
  }));

test('simulated time stands while a function computes, and passes while it waits', () =>
  withBundles(async (sim, bundles) => {
    const beganMs = sim.clock.nowMs();
    assert.deepEqual(payloadOf(await invoke(sim, bundles, 'computes')), [0, 50_000, 50_000, 10_000, true]);
    const startMs = sim.clock.nowMs() - 50_000 - beganMs;
    assert.ok(startMs >= 0 && startMs < 3000, `it took ${startMs} ms to start`);
  }));

test('what a function asks outside AWS is answered by the world', () =>
  withBundles(async (sim, bundles) => {
    const healthy = { url: 'https://app.shop.example.com/healthz', name: 'app.shop.example.com' };
    const { status, records } = payloadOf(await invoke(sim, bundles, 'asks', healthy)) as {
      status: number;
      records: string[];
    };
    assert.equal(status, 200);
    assert.match(records[0] ?? '', new RegExp(`${seoul}|elb`));
    const nowhere = { url: 'https://nowhere.example.com/', name: 'nowhere.example.com' };
    const none = payloadOf(await invoke(sim, bundles, 'asks', nowhere)) as {
      failed: string;
      records: string;
    };
    assert.match(none.failed, /does not resolve/);
    assert.match(none.records, /has no CNAME record/);
  }));

test('a function that throws, exits or hangs ends as Lambda ends it', () =>
  withBundles(async (sim, bundles) => {
    const errorOf = async (name: string) => {
      const result = await invoke(sim, bundles, name);
      return 'errorType' in result ? result.errorType : 'none';
    };
    assert.equal(await errorOf('throws'), 'BrokenInvariant');
    assert.equal(await errorOf('exits'), 'Runtime.ExitError');
    assert.equal(await errorOf('hangs'), 'Sandbox.Timedout');
  }));

test('what the simulator lacks ends the rehearsal in the middle of an invocation, and no thread is left', () =>
  withBundles(async (sim, bundles) => {
    sim.clock.after(10_000, () => sim.clock.abort(new NotSimulated('something')));
    await assert.rejects(invoke(sim, bundles, 'hangs'), { name: 'NotSimulated' });
    await bundles.close();
  }));

test('whoever is no running function is refused', () =>
  withBundles(async (_sim, { url }) => {
    assert.equal((await fetch(url)).status, 403);
  }));
