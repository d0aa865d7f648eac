/** What plans name and no tag protects: a role may do something with it by its name, and with nothing else of its kind. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type ChangeAction,
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type RRType,
} from '@aws-sdk/client-route-53';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { openAccount } from '../../drill/account.ts';
import { isolateFromMachine } from '../../drill/isolation.ts';
import type { Plan, TrafficItem } from '../../recovery/plan/plan.ts';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import type { JsonObject } from '../../simulator/json.ts';
import { forPlans } from '../../stack/for-plans.ts';
import {
  installationProblem,
  installedPlans,
  readInstallation,
  recoveringPlans,
} from '../../stack/installation.ts';
import { namesOf } from '../../stack/plan-names.ts';
import { namedPolicy, type RolePolicy, roles } from '../../stack/roles.ts';
import { rehearseShop, shopPlan, shopWorld, template, tokyo } from '../drill/shop.ts';
import { planOfRecord, worldOfRecord } from '../drill/simple-record.ts';
import { statementsFor, withStatements } from './roles.ts';

isolateFromMachine(process.env);

function record(zone: string, type: 'A' | 'CNAME' | 'TXT', name: string): TrafficItem {
  return { via: 'record', record: { zone, type, name, ttlSeconds: 60, value: '"recovered"' } };
}
const shop = shopPlan(planOfRecord);
const other: Plan = {
  ...shop,
  plan: 'other',
  settings: [{ parameter: '/other/endpoint', value: 'x' }],
  traffic: [
    record('Z0123456789', 'TXT', 'side.shop.example.com'),
    record('Z0123456789', 'A', '*.wild.shop.example.com'),
    record('Z9876543210', 'CNAME', 'app.elsewhere.example.com'),
  ],
};
const plans = [shop, other];
const world = shopWorld(worldOfRecord);
const known = forPlans(template, plans);

/** Whether a role may ask AWS something; what happens after its permission is none of this. */
async function may(
  from: Template,
  roleId: string,
  ask: (sends: Sends) => Promise<unknown>,
  those: readonly Plan[] = plans,
): Promise<boolean> {
  const { sim, stack } = openAccount({ plan: shop, plans: those, world, template: from, seed: 7 });
  const roleArn = stack.arn(roleId);
  const arn = `arn:aws:sts::123456789012:assumed-role/${roleArn.split('/').at(-1)}/test`;
  sim.addCaller({ accessKeyId: 'AKIATEST', arn, userId: 'AROATEST:test', roleArn });
  const config = {
    region: tokyo,
    requestHandler: sim.connect(),
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'simulated' },
    maxAttempts: 1,
  };
  const answer = ask({ route53: new Route53Client(config), ssm: new SSMClient(config) });
  await sim.clock.drive(answer.catch(() => undefined));
  return sim.iam.permissions.denials.length === 0;
}

interface Sends {
  readonly route53: Route53Client;
  readonly ssm: SSMClient;
}

type Change = readonly [action: ChangeAction, type: RRType, name: string];

function changing(zone: string, ...changes: readonly Change[]) {
  return ({ route53 }: Sends) =>
    route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone,
        ChangeBatch: {
          Changes: changes.map(([Action, Type, Name]) => ({
            Action,
            ResourceRecordSet: { Name, Type, TTL: 60, ResourceRecords: [{ Value: '"x"' }] },
          })),
        },
      }),
    );
}

const live: Change = ['UPSERT', 'CNAME', 'app.shop.example.com'];

/** A batch of changes, and whether the traffic step of a failover may ask for it. */
const batches: readonly (readonly [what: string, isAllowed: boolean, ask: ReturnType<typeof changing>])[] = [
  ["the plan's record", true, changing('Z0123456789', live)],
  [
    'the same, in capitals and with a dot',
    true,
    changing('Z0123456789', ['UPSERT', 'CNAME', 'APP.shop.Example.com.']),
  ],
  ["another plan's record", true, changing('Z0123456789', ['UPSERT', 'TXT', 'side.shop.example.com'])],
  ['a record with an asterisk', true, changing('Z0123456789', ['UPSERT', 'A', '*.wild.shop.example.com'])],
  ['the same, escaped', true, changing('Z0123456789', ['UPSERT', 'A', '\\052.wild.shop.example.com'])],
  [
    'what the asterisk stands for',
    false,
    changing('Z0123456789', ['UPSERT', 'A', 'a.wild.shop.example.com']),
  ],
  [
    'a record of another zone',
    true,
    changing('Z9876543210', ['UPSERT', 'CNAME', 'app.elsewhere.example.com']),
  ],
  ['the live name in that zone', false, changing('Z9876543210', live)],
  ['the live name in a zone that no plan names', false, changing('Z5555555555', live)],
  ['another name', false, changing('Z0123456789', ['UPSERT', 'CNAME', 'mail.shop.example.com'])],
  ['a name below it', false, changing('Z0123456789', ['UPSERT', 'CNAME', 'x.app.shop.example.com'])],
  ['another type', false, changing('Z0123456789', ['UPSERT', 'A', 'app.shop.example.com'])],
  [
    "the type of another plan's record",
    false,
    changing('Z0123456789', ['UPSERT', 'TXT', 'app.shop.example.com']),
  ],
  ['taking it away', false, changing('Z0123456789', ['DELETE', 'CNAME', 'app.shop.example.com'])],
  ['creating it', false, changing('Z0123456789', ['CREATE', 'CNAME', 'app.shop.example.com'])],
  [
    'another name beside it',
    false,
    changing('Z0123456789', live, ['UPSERT', 'CNAME', 'mail.shop.example.com']),
  ],
  ['nothing at all', false, changing('Z0123456789')],
];

async function allowedBatches(from: Template): Promise<readonly string[]> {
  const allowed: string[] = [];
  for (const [what, , ask] of batches) if (await may(from, 'FailoverTrafficRole', ask)) allowed.push(what);
  return allowed;
}
const expected = batches.flatMap(([what, isAllowed]) => (isAllowed ? [what] : []));

test('a failover changes the records that plans name, only by replacing them, and no others', async () => {
  assert.deepEqual(await allowedBatches(known), expected);
});

/** Everything that the statements about records say, each left out once. */
function* weakened(): Generator<readonly [what: string, template: Template]> {
  const change = (edit: (statement: JsonObject) => JsonObject | undefined) =>
    withStatements(known, 'FailoverTrafficRole', (statement) =>
      [statement['Action']].flat().includes('route53:ChangeResourceRecordSets') ? edit(statement) : statement,
    );
  yield ['the statements', change(() => undefined)];
  yield ['the zone', change((statement) => ({ ...statement, Resource: 'arn:aws:route53:::hostedzone/*' }))];
  yield ['Null', change(({ Condition, ...rest }) => ({ ...rest, Condition: without(Condition, 'Null') }))];
  for (const key of ['Actions', 'NormalizedRecordNames', 'RecordTypes']) {
    const name = `route53:ChangeResourceRecordSets${key}`;
    const edit = ({ Condition, ...rest }: JsonObject): JsonObject => ({
      ...rest,
      Condition: Object.fromEntries(
        Object.entries(Condition as JsonObject).map(([operator, keys]) => [operator, without(keys, name)]),
      ),
    });
    yield [name, change(edit)];
  }
}

function without(from: unknown, name: string): JsonObject {
  return Object.fromEntries(Object.entries(from as JsonObject).filter(([key]) => key !== name));
}

for (const [what, weaker] of weakened())
  test(`what a failover may do with records is another thing without ${what}`, async () => {
    assert.notDeepEqual(await allowedBatches(weaker), expected);
  });

const listing =
  (HostedZoneId: string) =>
  ({ route53 }: Sends) =>
    route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
const getting =
  (...Names: string[]) =>
  ({ ssm }: Sends) =>
    ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));

for (const role of ['DrillOpenRole', 'DrillSweepRole', 'FailoverTrafficRole'])
  test(`${role} reads the zones that plans name, and no others`, async () => {
    assert.ok(await may(known, role, listing('Z0123456789')));
    assert.ok(await may(known, role, listing('Z9876543210')));
    assert.equal(await may(known, role, listing('Z5555555555')), false);
  });

for (const role of ['DrillOpenRole', 'DrillSweepRole', 'FailoverSettingsRole'])
  test(`${role} reads the settings that plans name, and no others`, async () => {
    assert.ok(await may(known, role, getting('/shop/orders/endpoint', '/other/endpoint')));
    assert.equal(await may(known, role, getting('/shop/orders/endpoint', '/shop/orders/password')), false);
    assert.equal(await may(known, role, getting('/shop/orders/endpoint/below')), false);
  });

const touchesRecords = (names: readonly string[]) =>
  names.some((name) => /^route53:(Change|GetChange)/.test(name));

test('where no installed plan changes a record, no role may change one; a drill never may', () => {
  const changers = (those: readonly Plan[]) =>
    statementsFor(those).flatMap(({ role, actions }) => (touchesRecords(actions) ? [role] : []));
  assert.deepEqual(changers([]), []);
  assert.deepEqual([...new Set(changers(plans))], ['lifeboat-live/FailoverTrafficRole']);
});

test('readiness looks into every zone only where a plan leaves it to look for one', async () => {
  const bare = forgetful(template);
  assert.ok(await may(forPlans(bare, plans), 'ReadinessRole', listing('Z0123456789')));
  assert.equal(await may(forPlans(bare, plans), 'ReadinessRole', listing('Z5555555555')), false);
  assert.ok(await may(known, 'ReadinessRole', listing('Z5555555555')), "the shop's own plan has no zone");
});

/** A template as it was before roles named anything. */
function forgetful({ Metadata: _, Resources, ...rest }: Template): Template {
  const forgotten = Object.entries(Resources).map(([id, resource]) => {
    const policies = resource.Properties?.['Policies'] as readonly RolePolicy[] | undefined;
    if (policies === undefined) return [id, resource];
    const Policies = policies.filter(({ PolicyName }) => PolicyName !== namedPolicy);
    return [id, { ...resource, Properties: { ...resource.Properties, Policies } }];
  });
  return { ...rest, Resources: Object.fromEntries(forgotten) };
}

test('what is rehearsed of the installed plans are the roles that are packaged, byte for byte', async () => {
  const installed = await recoveringPlans();
  assert.equal(forPlans(template, installed), template);
  const made = Object.entries(roles(namesOf(installed)));
  assert.ok(made.length > 30);
  const renewed = forPlans(forgetful(template), installed);
  for (const [id, role] of made) {
    assert.equal(JSON.stringify(template.Resources[id]), JSON.stringify(role), id);
    assert.equal(JSON.stringify(renewed.Resources[id]), JSON.stringify(role), id);
  }
});

test('another plan changes the policies that name it, and nothing else of the template', () => {
  assert.notDeepEqual(known, template);
  assert.deepEqual(forgetful(known), forgetful(template));
  assert.equal(forPlans(known, [shop]), known, 'once is enough');
});

const lacking = withStatements(template, 'DrillOpenRole', (statement) =>
  [statement['Action']].flat().includes('ssm:GetParameters') ? undefined : statement,
);

test('a permission that a template lacks is not given back by a rehearsal of what it was packaged for', async () => {
  const { evidence } = await rehearseShop({ kind: 'drill', template: lacking });
  const messages = evidence.violations.map(({ message }) => message).join('\n');
  assert.match(
    messages,
    /drillOpen is not .*ssm:GetParameters on resource: arn:aws:ssm:ap-northeast-1:123456789012:parameter\/shop\/orders\/endpoint/,
  );
});

test('nor because a plan beside it recovers to another Region, where this template is never deployed', async () => {
  const installed = await installedPlans();
  assert.ok(installed.some(({ regions }) => regions.recovery !== tokyo));
  const reads = getting('/shop/orders/endpoint');
  assert.ok(await may(template, 'DrillOpenRole', reads, installed));
  assert.equal(await may(lacking, 'DrillOpenRole', reads, installed), false);
  assert.equal(await may(template, 'FailoverTrafficRole', listing('Z0123456789'), installed), false);
});

test('more names than a role of IAM can hold are refused before anything is packaged', async () => {
  const packaging = { place: 'recovery', region: tokyo, isDeployed: false } as const;
  const many = (count: number): Plan => ({
    ...shop,
    settings: Array.from({ length: count }, (_, i) => ({ parameter: `/shop/${i}/endpoint`, value: 'x' })),
  });
  assert.equal(installationProblem(readInstallation(), [many(80)], packaging), undefined);
  assert.match(
    installationProblem(readInstallation(), [many(120)], packaging) ?? '',
    /^installation\.yml: plans: DrillOpenRole would have 1\d{4} of 10240 characters .* in another account$/,
  );
});
