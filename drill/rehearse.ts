import type { Evidence } from '../report/evidence.ts';
import type { Execution } from '../simulator/stepfunctions/stepfunctions.ts';
import { faults, type WorldFault } from '../simulator/world/faults.ts';
import { diffInventories, inventory } from '../simulator/world/inventory.ts';
import { type LiveTraffic, watchLiveTraffic } from '../simulator/world/traffic.ts';
import { type Account, openAccount } from './account.ts';
import { type Judged, judge, judgeRecord, leaksOf } from './checkers.ts';
import { evidenceOf, withObjections } from './evidence.ts';
import { isolateFromMachine } from './isolation.ts';
import { readLedger } from './ledger.ts';
import { giveOrders, type Orders } from './orders.ts';
import type { Rehearsal } from './rehearsal.ts';
import { truthOf } from './truth/truth.ts';

/** What a rehearsal found, and the account as it was left, for whoever wants to look closer. */
export interface Rehearsed {
  readonly evidence: Evidence;
  readonly account: Account;
}

/** How long after a failover users are watched until the last cache of the old answer has ended. */
const watchSeconds = 1800;

/** Rehearses one recovery in a world of its own, from its start to the judgement. */
export async function rehearse(rehearsal: Rehearsal): Promise<Rehearsed> {
  isolateFromMachine(process.env);
  const { plan, kind, seed, world, onProgress, bundles } = rehearsal;
  const account = openAccount({
    ...rehearsal,
    ...(bundles && { code: bundles.code }),
    onStep: (output) => onProgress?.({ kind: 'step', atMs: account.sim.clock.nowMs(), output }),
  });
  const { sim } = account;
  for (const name of rehearsal.faults) faultNamed(name).apply(sim, world);
  rehearsal.prepare?.(account);
  const recovery = `${plan.plan}-${kind}-${seed}`;
  const ignoring = { withoutBuckets: [account.ledgerBucket] };
  const before = inventory(sim, ignoring);
  const startMs = sim.clock.nowMs();
  onProgress?.({
    kind: 'began',
    recovery,
    atMs: startMs,
    says: `${kind} of ${plan.plan} in ${plan.regions.recovery}, seed ${seed}${bundles ? `, by bundles over ${bundles.url}` : ''}`,
  });
  const traffic = kind === 'failover' ? watchLiveTraffic(sim, { from: plan.regions.recovery }) : undefined;
  const states = sim.region(plan.regions.recovery).states;
  const { scope } = rehearsal;
  const input = { plan: plan.plan, recovery, run: 1, ...(scope && { scope }) };
  const where = { region: plan.regions.recovery, plans: [plan.plan] };
  const orders = giveOrders(sim, where, rehearsal.orders ?? [], onProgress);
  states.start({ machineArn: account.machineArns[kind], name: `${recovery}-r1`, input });
  const execution = await lastRun(account, where.region, recovery, orders);
  const endMs = sim.clock.nowMs();
  onProgress?.({ kind: 'ended', atMs: endMs, says: `the execution ended ${execution.status}` });
  await rehearsal.afterwards?.(account);
  const ledger = readLedger(account, plan.plan, recovery);
  if (ledger.evidence?.outcome === 'recovered') await untilAnswered(account, traffic);
  traffic?.stop();
  const judged: Judged = {
    sim,
    plan,
    kind,
    recovery,
    outcome: ledger.evidence?.outcome ?? 'failed',
    difference: diffInventories(before, inventory(sim, ignoring)),
  };
  const evidence = evidenceOf({
    rehearsal,
    sim,
    recovery,
    startMs,
    endMs,
    execution,
    apiCalls: truthOf(sim).callsOf(recovery),
    traffic,
    ledger,
    violations: judge(judged),
    leaks: leaksOf(judged),
  });
  return { evidence: withObjections(evidence, judgeRecord(judged, evidence)), account };
}

/** A fault by the name that `--fault` takes. @throws TypeError when no world knows it */
export function faultNamed(name: string): WorldFault {
  const fault = faults[name];
  if (!fault) throw new TypeError(`no world knows the fault ${name}`);
  return fault;
}

/** The run after which nobody orders another one. */
async function lastRun(
  { sim }: Account,
  region: string,
  recovery: string,
  orders: Orders,
): Promise<Execution> {
  const newest = () =>
    sim.region(region).states.executions.findLast(({ name }) => name.startsWith(`${recovery}-r`))!;
  for (;;) {
    const run = newest();
    await sim.clock.drive(run.done);
    if (orders.isPending()) await sim.clock.driveUntil(Math.max(orders.lastMs, sim.clock.nowMs() + 1000));
    else if (newest() === run) return run;
  }
}

async function untilAnswered({ sim }: Account, traffic: LiveTraffic | undefined): Promise<void> {
  if (!traffic) return;
  const endMs = sim.clock.nowMs() + watchSeconds * 1000;
  while (traffic.answeredAtMs === undefined && sim.clock.nowMs() < endMs)
    await sim.clock.driveUntil(sim.clock.nowMs() + 1000);
}
