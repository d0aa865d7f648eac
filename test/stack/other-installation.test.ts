/** What an installation with other plans packages: its roles name what these name, and its outposts have their alarms. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { metricAlarms, metricConditions } from '../../stack/metric-alarms.ts';
import { cacheDirectory, root } from '../../stack/places.ts';
import { namesOf } from '../../stack/plan-names.ts';
import { roles } from '../../stack/roles.ts';
import { shopPlan, type TextChange } from '../drill/shop.ts';
import { planOfRecord } from '../drill/simple-record.ts';

const changes: readonly TextChange[] = [
  planOfRecord,
  {
    from: '    alarms: [shop-latency-anomaly, shop-canary]',
    to: '    metrics: { errors: { namespace: Shop, metric: Errors, above: 50 } }',
  },
];

mkdirSync(join(root, cacheDirectory), { recursive: true });
const repository = mkdtempSync(join(root, cacheDirectory, 'other-'));
after(() => rmSync(repository, { recursive: true, force: true }));
for (const name of ['stack', 'plans', 'installation.yml', 'package.json'])
  cpSync(join(root, name), join(repository, name), { recursive: true });
for (const name of ['node_modules', 'recovery', 'events'])
  symlinkSync(join(root, name), join(repository, name));
const file = join(repository, 'plans', 'shop.yaml');
const text = changes.reduce((plan, { from, to }) => plan.replace(from, () => to), readFileSync(file, 'utf8'));
writeFileSync(file, text);

/** What `serverless.yml` and `serverless.witness.yml` get for `${lifeboat:…}` there. */
function generated(...names: readonly string[]): readonly unknown[] {
  const script = `
    const { variables } = await import('./stack/variables.ts');
    const made = await Promise.all(process.argv.slice(1).map((name) => variables[name]()));
    process.stdout.write(JSON.stringify(made));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script, '--', ...names],
    { cwd: repository, encoding: 'utf8' },
  );
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as unknown[];
}

test('roles name the records and settings of the plans that are installed, and the template says which', () => {
  const plan = shopPlan(...changes);
  const names = namesOf([plan]);
  assert.deepEqual(names, {
    records: [{ zone: 'Z0123456789', type: 'CNAME', name: 'app.shop.example.com' }],
    settings: ['/shop/orders/endpoint'],
    healthChecks: [],
  });
  const [metadata, made, alarms, conditions] = generated(
    'metadata',
    'roles',
    'witness.alarms',
    'witness.conditions',
  );
  assert.deepEqual(metadata, { LifeboatNames: names });
  assert.deepEqual(made, JSON.parse(JSON.stringify(roles(names))));
  const [id] = Object.keys(metricAlarms([plan]));
  assert.equal(id, 'ShopErrorsMetricAlarm');
  assert.deepEqual((alarms as Record<string, unknown>)[id], metricAlarms([plan])[id]);
  assert.deepEqual(
    (conditions as Record<string, unknown>)['MeasuresShop'],
    metricConditions([plan])['MeasuresShop'],
  );
});
