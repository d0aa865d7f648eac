import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { type Installation, installationProblem, readInstallation } from '../../stack/installation.ts';
import { outpostsOf } from '../../stack/outposts.ts';
import { root } from '../../stack/places.ts';
import { compilePlans } from '../../stack/plans.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lifeboat-installation-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const asShipped = readFileSync(join(root, 'installation.yml'), 'utf8');
const plans = await compilePlans(join(root, 'plans'));

/** A repository whose settings are these. */
function repository(settings: string | undefined, planFiles: readonly string[] = ['shop.yaml']): string {
  const place = mkdtempSync(join(scratch, 'repository-'));
  mkdirSync(join(place, 'plans'));
  for (const file of planFiles) writeFileSync(join(place, 'plans', file), '');
  if (settings !== undefined) writeFileSync(join(place, 'installation.yml'), settings);
  return place;
}

test('the settings are read as they are shipped', () => {
  assert.deepEqual(readInstallation(), {
    plans: 'plans',
    recoveryRegion: 'ap-northeast-1',
    notify: ['oncall@example.com'],
    logRetentionDays: 90,
  });
});

const mistakes: readonly {
  readonly what: string;
  readonly change: [RegExp, string];
  readonly says: RegExp;
}[] = [
  {
    what: 'a Region that is none',
    change: [/ap-northeast-1/, 'Tokyo'],
    says: /: recoveryRegion: must be an AWS Region/,
  },
  { what: 'no Region', change: [/^recoveryRegion.*$/m, ''], says: /: recoveryRegion: it is absent/ },
  {
    what: 'an address that is none',
    change: [/oncall@example\.com/, 'oncall'],
    says: /: notify\.0: must be an e-mail/,
  },
  { what: 'nobody to tell', change: [/\[oncall.*\]/, '[]'], says: /: notify: must have an e-mail address/ },
  {
    what: 'one address twice',
    change: [/\[oncall.*\]/, '[a@b.org, a@b.org]'],
    says: /: notify: must name each address once/,
  },
  {
    what: 'a retention that CloudWatch lacks',
    change: [/90/, '91'],
    says: /: logRetentionDays: must be one of 1, 3, 5/,
  },
  {
    what: 'a folder that is absent',
    change: [/plans: plans/, 'plans: elsewhere'],
    says: /: plans: there is no folder elsewhere/,
  },
  {
    what: 'a folder outside',
    change: [/plans: plans/, 'plans: ../plans'],
    says: /: plans: must be a folder of the repository/,
  },
  {
    what: 'an unknown key',
    change: [/^plans:/m, 'plan: x\nplans:'],
    says: /: plan: there is no such setting; there are plans, /,
  },
  { what: 'no YAML', change: [/\[oncall/, '[['], says: /installation\.yml: it is not YAML/ },
];

for (const { what, change, says } of mistakes) {
  test(`settings with ${what} are refused by key and with the way out`, () => {
    const place = repository(asShipped.replace(...change));
    assert.throws(() => readInstallation(place), { name: 'InvalidInstallation', message: says });
  });
}

test('every mistake is told at once; settings or plans that are absent are told too', () => {
  const place = repository('plans: plans\nrecoveryRegion: x\n');
  assert.throws(() => readInstallation(place), {
    message: /recoveryRegion: .*\n.*notify: .*\n.*logRetentionDays: /,
  });
  assert.throws(() => readInstallation(repository(undefined)), { message: /installation\.yml is absent/ });
  assert.throws(() => readInstallation(repository(asShipped, [])), { message: /no \*\.yaml is in plans/ });
});

const settings: Installation = {
  plans: 'plans',
  recoveryRegion: 'ap-northeast-1',
  notify: ['oncall@shop.example', 'second@example.com'],
  logRetentionDays: 90,
};

test('what can be packaged is not always what can be deployed', () => {
  const here = { place: 'recovery', region: 'ap-northeast-1', isDeployed: false } as const;
  assert.equal(installationProblem(settings, plans, here), undefined);
  assert.match(
    installationProblem(settings, plans, { ...here, isDeployed: true }) ?? '',
    /notify: nobody reads mail at second@example\.com/,
  );
  const reachable = { ...settings, notify: ['oncall@shop.example'] };
  assert.equal(installationProblem(reachable, plans, { ...here, isDeployed: true }), undefined);
});

test('each stack is packaged only for where it belongs', () => {
  const recovery = { place: 'recovery', region: 'us-west-2', isDeployed: false } as const;
  assert.match(
    installationProblem(settings, plans, recovery) ?? '',
    /belongs into ap-northeast-1, not into us-west-2/,
  );
  const witness = { ...recovery, place: 'witness' } as const;
  assert.equal(installationProblem(settings, plans, witness), undefined);
  assert.match(
    installationProblem(settings, plans, { ...witness, region: 'eu-west-1' }) ?? '',
    /nothing to do in eu-west-1; the plans need it in ap-northeast-2, us-west-2: give one with --region/,
  );
  const elsewhere = { ...settings, recoveryRegion: 'sa-east-1' };
  assert.match(
    installationProblem(elsewhere, plans, { ...recovery, region: 'sa-east-1' }) ?? '',
    /no plan recovers to sa-east-1; they recover to eu-central-1, ap-northeast-1/,
  );
});

test('outposts are where plans run, where AWS Health repeats it, and from where they are probed; never the recovery Region', () => {
  const [shop] = plans.filter(({ plan }) => plan === 'shop');
  assert.ok(shop);
  const regionsOf = (regions: Partial<typeof shop.regions>, recoveryRegion: string) =>
    outpostsOf([{ ...shop, regions: { ...shop.regions, ...regions } }], recoveryRegion).map(
      ({ region }) => region,
    );
  assert.deepEqual(regionsOf({}, 'ap-northeast-1'), ['ap-northeast-2', 'us-west-2']);
  assert.deepEqual(regionsOf({ witness: 'eu-west-1' }, 'ap-northeast-1'), [
    'ap-northeast-2',
    'eu-west-1',
    'us-west-2',
  ]);
  assert.deepEqual(
    regionsOf({ primary: 'us-west-2', recovery: 'us-east-1', witness: 'eu-west-1' }, 'us-east-1'),
    ['eu-west-1', 'us-west-2'],
    'what is said of us-west-2 is repeated in us-east-1, which is the recovery Region itself',
  );
  assert.deepEqual(
    regionsOf({}, 'eu-central-1'),
    [],
    'a plan that recovers elsewhere needs no outpost of this installation',
  );
});

const metric = { namespace: 'Shop', metric: 'Errors', above: 50 };

/** Names of plans, and of their metrics. */
type Copies = readonly (readonly [plan: string, metrics?: readonly string[]])[];

/** What is said of the smallest plan in as many copies, each with its name and metrics. */
function problemOf(...named: Copies) {
  const copies = named.map(([name, metrics]) => {
    const text = readFileSync(join(root, 'plans/minimal.yaml'), 'utf8')
      .replace('plan: minimal', `plan: ${name}`)
      .replace('eu-central-1', 'ap-northeast-1')
      .replaceAll('minimal.example.com', `${name}.example.com`)
      .replaceAll('App: minimal', `App: ${name}`)
      .replace('drill:', 'drill:\n  schedules: [monthly, quarterly, yearly]');
    const signals = JSON.stringify(Object.fromEntries((metrics ?? []).map((each) => [each, metric])));
    return metrics ? text.replace('signals: {', `signals: { metrics: ${signals},`) : text;
  });
  const place = mkdtempSync(join(scratch, 'plans-'));
  for (const [at, text] of copies.entries()) writeFileSync(join(place, `${at}.yaml`), text);
  const here = { place: 'recovery', region: 'ap-northeast-1', isDeployed: false } as const;
  return compilePlans(place).then((compiled) => installationProblem(settings, compiled, here));
}

test('plans of which one would take the place of something of another in the template are refused', async () => {
  const both = async (...named: Copies) => (await problemOf(...named)) ?? 'nothing';
  assert.match(
    await both(['shop-2'], ['shop2']),
    /^installation\.yml: plans: shop-2 and shop2 would both have \w*Shop2\w* in the template: rename one of them$/,
  );
  assert.match(
    await both(['shop'], ['shop-drill']),
    /: shop and shop-drill would both have ShopDrillOverdueAlarm in the template/,
  );
  assert.match(
    await both(['shop', ['p99', 'p-99']]),
    /: the metrics p-99 of shop and p99 of shop would both have ShopP99MetricAlarm/,
  );
  assert.match(
    await both(['a', ['b-c']], ['a-b', ['c']]),
    /: the metrics b-c of a and c of a-b would both have ABCMetricAlarm/,
  );
  assert.match(
    await both(['a', ['x-metric-y']], ['a-metric-x', ['y']]),
    /: the metrics x-metric-y of a and y of a-metric-x would both have lifeboat-a-metric-x-metric-y/,
  );
  assert.match(
    await both(['live']),
    /: the stack itself and live would both have lifeboat-live-drill-failed/,
  );
});

test('plans whose names only look alike are not', async () => {
  assert.equal(await problemOf(['shop'], ['shop-admin'], ['admin-shop'], ['drill']), undefined);
  assert.equal(await problemOf(['shop', ['errors', 'latency']], ['other', ['errors', 'latency']]), undefined);
});
