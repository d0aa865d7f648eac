import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stepNames } from '../../recovery/terms.ts';
import { archive } from '../../stack/archive.ts';
import { type Bundle, bundle } from '../../stack/bundle.ts';
import { forPlans } from '../../stack/for-plans.ts';
import { stepFunctions } from '../../stack/functions.ts';
import { withPlainKeys } from '../../stack/lean-schemas.ts';
import { compilePlans } from '../../stack/plans.ts';
import { responseFunctionNames, responseFunctions } from '../../stack/response.ts';
import { packagedTemplate } from '../../stack/template.ts';
import { shopPlan } from '../drill/shop.ts';
import { planOfRecord } from '../drill/simple-record.ts';

const megabyte = 1_000_000;
const scratch = mkdtempSync(join(tmpdir(), 'lifeboat-bundle-'));
let bundles: readonly Bundle[] = [];

before(async () => {
  bundles = await bundle({ outDirectory: join(scratch, 'dist') });
});
after(() => rmSync(scratch, { recursive: true, force: true }));

test('every function becomes one module of at most 1.5 MB', () => {
  assert.deepEqual(
    bundles.map(({ name }) => name),
    [...stepNames, ...responseFunctionNames].sort(),
  );
  for (const { name, bytes, directory } of bundles) {
    assert.equal(readFileSync(join(directory, 'index.mjs')).length, bytes);
    assert.ok(bytes <= 1.5 * megabyte, `${name} has ${bytes} bytes`);
  }
});

/** Where a client's package is not named after the prefix of its service's actions. */
const prefixes: Readonly<Record<string, string>> = {
  'auto-scaling': 'autoscaling',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  eventbridge: 'events',
  'route-53': 'route53',
  'service-quotas': 'servicequotas',
  sfn: 'states',
};

/** What a role permits to somebody else: Lambda writes the log, EC2 and RDS use the key and take the role. */
const permittedToOthers = new Set(['logs', 'kms', 'iam']);

test('no bundle carries a client of AWS that its function does not call: the roles of its functions know each service', async () => {
  // A bundle serves every plan, and roles know Route 53 only where a plan changes a record.
  const { Resources: resources } = forPlans(await packagedTemplate(), [shopPlan(planOfRecord)]);
  const servicesOf = (roleId: string) =>
    [...JSON.stringify(resources[roleId]?.Properties?.['Policies']).matchAll(/"([a-z0-9]+):[A-Z]\w+"/g)].map(
      ([, prefix]) => prefix,
    );
  for (const { name, clients } of bundles) {
    const roleIds = [
      ...stepFunctions().filter(({ step }) => step === name),
      ...responseFunctions().filter((each) => each.name === name),
    ].map(({ roleId }) => roleId);
    const called = clients.map((client) => {
      const service = client.replace('client-', '');
      return prefixes[service] ?? service;
    });
    // GetCallerIdentity needs no permission (STS API Reference), so that no role names it.
    const permitted = new Set([...roleIds.flatMap(servicesOf), ...(name === 'readiness' ? ['sts'] : [])]);
    assert.deepEqual(
      called.filter((service) => !permitted.has(service)),
      [],
      `${name} carries clients of services that it may not call`,
    );
    assert.deepEqual(
      [...permitted].filter(
        (service) => !permittedToOthers.has(service ?? '') && !called.includes(service ?? ''),
      ),
      [],
      `${name} may call services whose clients it lacks`,
    );
  }
});

test('docs/bundles.md tells each bundle with its clients, and its size to a tenth', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/bundles.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (\w+) \| (\d+) \| (\d+) \| (.*) \|$/gm)];
  assert.deepEqual(
    rows.map(([, name, , , clients]) => [name, clients]),
    bundles.map(({ name, clients }) => [name, clients.map((each) => each.replace('client-', '')).join(', ')]),
    'npm run bundle -- --page writes it anew',
  );
  for (const [at, { name, bytes }] of bundles.entries()) {
    const told = Number(rows[at]?.[2]) * 1000;
    assert.ok(Math.abs(told - bytes) <= bytes / 10, `${name} has ${bytes} bytes; npm run bundle -- --page`);
  }
});

test('a schema keeps its meaning with plain keys, and what is no constant of its file stays computed', () => {
  const source = 'const _eN = "a \\"name\\"";\nexport var X = [1, { [_eN]: `N`, [other]: 2, [_nope]: 3 }];\n';
  assert.equal(
    withPlainKeys(source),
    'const _eN = "a \\"name\\"";\nexport var X = [1, { "a \\"name\\"": `N`, [other]: 2, [_nope]: 3 }];\n',
  );
});

test('the compiled plans lie beside every bundle', async () => {
  const plans = await compilePlans(join(import.meta.dirname, '../../plans'));
  assert.ok(plans.some(({ plan }) => plan === 'shop'));
  for (const { directory } of bundles) {
    assert.deepEqual(
      JSON.parse(readFileSync(join(directory, 'plans.json'), 'utf8')),
      JSON.parse(JSON.stringify(plans)),
    );
  }
});

test('a bundle runs on its own, finds its plans, and keeps the names that the machine catches', async (t) => {
  // The one line that a function logs about a defect.
  t.mock.method(process.stdout, 'write', () => true);
  for (const { directory } of bundles) {
    const { handler } = (await import(join(directory, 'index.mjs'))) as {
      handler: (event: unknown, context: object) => Promise<unknown>;
    };
    await assert.rejects(handler({ recovery: 'x' }, {}), { name: 'InvalidInput' });
  }
});

test('the same bundle makes the same archive, byte for byte', async () => {
  const [first] = bundles;
  const [one, two] = [join(scratch, 'one.zip'), join(scratch, 'two.zip')];
  for (const path of [one, two]) await archive(first?.directory ?? '', 'dist/first', path);
  assert.deepEqual(readFileSync(one), readFileSync(two));
  const names = readFileSync(one)
    .toString('latin1')
    .match(/dist\/first\/[a-z.]+/g);
  assert.deepEqual([...new Set(names)], ['dist/first/index.mjs', 'dist/first/plans.json']);
});

test('a plan with an error stops the build and says where and how to go on', async () => {
  const plans = mkdtempSync(join(scratch, 'plans-'));
  writeFileSync(join(plans, 'broken.yaml'), 'plan: broken\nregion: x\n');
  await assert.rejects(bundle({ outDirectory: join(scratch, 'none'), planDirectory: plans }), {
    name: 'InvalidPlans',
    message: /broken\.yaml:2: region: /,
  });
});

test('two plans of one name stop the build', async () => {
  const plans = mkdtempSync(join(scratch, 'plans-'));
  const text = readFileSync(join(import.meta.dirname, '../../plans/minimal.yaml'), 'utf8');
  for (const file of ['a.yaml', 'b.yaml']) writeFileSync(join(plans, file), text);
  await assert.rejects(compilePlans(plans), {
    name: 'InvalidPlans',
    message: /b\.yaml:3: plan: .*a\.yaml has a plan named minimal too/,
  });
});
