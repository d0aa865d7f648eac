import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { openAccount } from '../../drill/account.ts';
import { rehearse } from '../../drill/rehearse.ts';
import { AwsError } from '../../simulator/errors.ts';
import type { Denial, Use } from '../../simulator/iam/permissions.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { happenInShop, sampleEvent } from '../drill/respond.ts';
import { Restoring, wish } from '../drill/restoring.ts';
import { hurry, impatientPlan, rehearseShop, shopPlan, shopWorld, template, tokyo } from '../drill/shop.ts';
import { planOfRecord, worldOfRecord } from '../drill/simple-record.ts';
import { Stage } from '../drill/stage.ts';

/** What is left of a scenario: who was allowed what, and who was not. */
export interface Ran {
  readonly uses: readonly Use[];
  readonly denials: readonly Denial[];
}

const key = '5f0c2a1e-7b64-4a55-9a0e-3f1d2c4b5a60';
const settings = { '/shop/orders/endpoint': 'Standard', '/shop/orders/reader': 'Advanced' } as const;

/** Everything that can be encrypted is, with a customer's key, and two settings are secrets. */
function encrypt(sim: Simulator): void {
  const { ec2, rds, ssm } = sim.region(tokyo);
  const disks = [...ec2.snapshots.values(), ...ec2.volumes.values(), ...rds.snapshots.values()];
  for (const disk of disks) Object.assign(disk, { encrypted: true, kmsKeyId: key });
  for (const [name, tier] of Object.entries(settings)) {
    if (!ssm.parameters.find(name)) ssm.addParameter({ name, value: 'unset' });
    const secret = { type: 'SecureString', keyId: key, tier, tags: { 'lifeboat:plan': 'shop' } };
    Object.assign(ssm.parameters.get(name), secret);
  }
}

const setting = '  /shop/orders/endpoint: "${databases.orders.endpoint}"\n';
/** Two settings that are there and one that is not, a record, and user data that a drill keeps. */
export const demandingPlan = shopPlan(
  {
    from: setting,
    to: ['endpoint', 'reader', 'new'].map((each) => setting.replace('endpoint:', `${each}:`)).join(''),
  },
  { from: '  instanceProfile: shop-drill', to: '  userData: keep\n  instanceProfile: shop-drill' },
  planOfRecord,
);
const demanding = {
  plan: demandingPlan,
  world: shopWorld(worldOfRecord),
  sabotage: (sim: Simulator): void => {
    hurry(sim);
    encrypt(sim);
  },
};

async function rehearsed(options: Parameters<typeof rehearseShop>[0]): Promise<Ran> {
  const { account } = await rehearseShop(options);
  return account.sim.iam.permissions;
}

/** A document fails wherever it runs. */
function breakDocument(sim: Simulator, name: 'mount' | 'reload'): void {
  hurry(sim);
  const { behaviours } = sim.region(tokyo).ssm.commands;
  for (const each of behaviours.keys())
    if (each.toLowerCase().includes(name))
      behaviours.set(each, () => ({ exitCode: 1, stdout: '', stderr: 'no\n' }));
}

const broken = (kind: 'drill' | 'failover', document: 'mount' | 'reload') => () =>
  rehearsed({ kind, plan: impatientPlan(), sabotage: (sim) => breakDocument(sim, document) });

async function restoreDrill(): Promise<Ran> {
  const { plan, world } = demanding;
  const rehearsal = { plan, world, kind: 'drill', scope: 'restore', seed: 7, faults: [], template } as const;
  const { account } = await rehearse(rehearsal);
  return account.sim.iam.permissions;
}

/** The replica is too far behind: the gate asks a person, who lets it go. */
async function hold(): Promise<Ran> {
  const stage = new Stage({ faults: ['replica-lagging'] });
  stage.start();
  await stage.pass(300);
  await stage.approve('LagTooHigh');
  await stage.end();
  return stage.account.sim.iam.permissions;
}

/** RDS takes no promotion for so long after the first that was asked for. */
function refusePromotions(sim: Simulator, forSeconds: number): void {
  let untilMs: number | undefined;
  sim.faults.push(({ operation }) => {
    if (operation !== 'PromoteReadReplica') return undefined;
    untilMs ??= sim.clock.nowMs() + forSeconds * 1000;
    if (sim.clock.nowMs() >= untilMs) return undefined;
    return { kind: 'error', error: new AwsError('Throttling', 'Rate exceeded', 400) };
  });
}

/**
 * The primary Region is lost, recovered from without anybody, late enough that the primary is looked at twice, and comes
 * back: what runs there is cut off.
 */
async function outage(): Promise<Ran> {
  const faults = ['primary-returns'];
  const events = [sampleEvent('health-regional-issue')];
  const sabotage = (sim: Simulator): void => {
    hurry(sim);
    refusePromotions(sim, 90);
  };
  const { account } = await happenInShop({ events, at: [60], faults, forSeconds: 5400, sabotage });
  return account.sim.iam.permissions;
}

/** Readiness finds an image missing; somebody stops an execution, and half an hour later the janitor lets the next run end it. */
async function interrupted(): Promise<Ran> {
  const stage = new Stage({ faults: ['no-image'] });
  const { sim } = stage.account;
  const { lambda, states } = sim.region(tokyo);
  await sim.clock.drive(lambda.invoke('lifeboat-live-readiness', {}, 'wakes'));
  stage.start();
  await stage.pass(20);
  const client = new SFNClient({
    region: tokyo,
    requestHandler: sim.connect(),
    credentials: { accessKeyId: 'AKIAKIM', secretAccessKey: 'simulated' },
    maxAttempts: 1,
  });
  const [{ arn: executionArn }] = states.executions as [(typeof states.executions)[number]];
  await sim.clock.drive(client.send(new StopExecutionCommand({ executionArn })));
  await stage.pass(31 * 60);
  await sim.clock.drive(lambda.invoke('lifeboat-live-janitor', {}, 'wakes'));
  return sim.iam.permissions;
}

/** A volume is restored by hand, and cannot be mounted. */
async function remount(): Promise<Ran> {
  const restoring = new Restoring();
  const { sim } = restoring.account;
  breakDocument(sim, 'mount');
  await restoring.restore(wish);
  await restoring.pass(400);
  return sim.iam.permissions;
}

/** A volume is restored by hand, and its event is lost: the janitor finds it. */
async function unheard(): Promise<Ran> {
  const restoring = new Restoring();
  restoring.loseEvents();
  await restoring.restore(wish);
  await restoring.pass(60);
  await restoring.wakeJanitor();
  await restoring.pass(60);
  return restoring.account.sim.iam.permissions;
}

function openAt(startsAt: string) {
  const world = { ...shopWorld(), startsAtMs: Date.parse(startsAt) };
  const account = openAccount({ plan: shopPlan(), world, template, seed: 7 });
  hurry(account.sim);
  // Alarms are evaluated each minute and are not what is looked at here.
  account.sim.region(tokyo).cloudwatch.alarms.alarms.clear();
  return account;
}

/** A drill is started at its time. */
async function practised(): Promise<Ran> {
  const { sim } = openAt('2026-10-13T00:46:00Z');
  const due = { plan: 'shop', schedule: 'monthly', at: '2026-10-13T00:47:00Z' };
  await sim.clock.drive(sim.region(tokyo).lambda.invoke('lifeboat-live-practice', due, 'is due'));
  return sim.iam.permissions;
}

/** A drill is never started, which people are told some hours later. */
async function missed(): Promise<Ran> {
  const { sim, startSchedules } = openAt('2026-10-13T00:30:00Z');
  startSchedules((name) => name.endsWith('practice-look'));
  await sim.clock.driveUntil(Date.parse('2026-10-13T05:00:00Z'));
  return sim.iam.permissions;
}

/** Once a year people are asked to read the plan again. */
async function reminded(): Promise<Ran> {
  const { sim, startSchedules } = openAt('2027-02-10T00:30:00Z');
  startSchedules((name) => name.endsWith('yearly'));
  await sim.clock.driveUntil(Date.parse('2027-02-10T01:00:00Z'));
  return sim.iam.permissions;
}

/** People are told that a failover waits for its fence. */
async function unfenced(): Promise<Ran> {
  const plan = shopPlan({
    from: '  databases: [shop-orders]\n  required: false',
    to: '  databases: [shop-orders]\n  required: true',
  });
  const stage = new Stage({ plan, faults: ['primary-outage'] });
  await stage.request('ines');
  await stage.start().pass(120);
  return stage.account.sim.iam.permissions;
}

/** What Lifeboat does, by a name that says it: between them the scenarios need every permission that a role has. */
export const scenarios: Readonly<Record<string, () => Promise<Ran>>> = {
  'a drill of everything encrypted': () => rehearsed({ ...demanding, kind: 'drill' }),
  'a restore drill': restoreDrill,
  'a failover of everything encrypted, where servers find no capacity': () =>
    rehearsed({ ...demanding, kind: 'failover', faults: ['no-capacity'] }),
  'a failover by a health check, in which a server is replaced': () =>
    rehearsed({ kind: 'failover', plan: impatientPlan(), faults: ['agent-offline'], sabotage: hurry }),
  'a drill whose volume cannot be mounted': broken('drill', 'mount'),
  'a drill whose settings are not read again': broken('drill', 'reload'),
  'a failover whose volume cannot be mounted': broken('failover', 'mount'),
  'a failover whose settings are not read again': broken('failover', 'reload'),
  'a failover that waits for a person': hold,
  'a failover whose fence is required and cannot be confirmed': unfenced,
  'an outage, and the end of it': outage,
  'a run that somebody stops': interrupted,
  'a volume that is restored by hand': remount,
  'a restored volume that no event told of': unheard,
  'a practice that takes place': practised,
  'a practice that does not': missed,
  'a reminder': reminded,
};
