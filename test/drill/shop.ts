import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Rehearsed, rehearse } from '../../drill/rehearse.ts';
import { parsePlan } from '../../recovery/plan/parse.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import type { Evidence } from '../../report/evidence.ts';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { faults } from '../../simulator/world/faults.ts';
import { parseWorld } from '../../simulator/world/parse.ts';
import type { World } from '../../simulator/world/schema.ts';
import { packagedTemplate } from '../../stack/template.ts';

export const tokyo = 'ap-northeast-1';
export const seoul = 'ap-northeast-2';
export const replica = 'shop-orders-replica';
export const standingServers = ['i-0a11c0ffee0000001', 'i-0a11c0ffee0000002'];
export const drillSubnets = ['subnet-0d1111a0000000001', 'subnet-0d1111a0000000003'];

/** The packaged stack: packaged once, then read from the cache. */
export const template = (await packagedTemplate()) as Template;

/** A text that stands exactly once in a file of the repository, and what stands there instead. */
export interface TextChange {
  readonly from: string;
  readonly to: string;
}

/** The shop's plan, with changes. */
export function shopPlan(...changes: readonly TextChange[]): Plan {
  const parsed = parsePlan(changed('plans/shop.yaml', changes), 'plans/shop.yaml');
  assert.ok('plan' in parsed, 'errors' in parsed ? JSON.stringify(parsed.errors) : '');
  return parsed.plan;
}

/** The shop's plan with the shortest bounds that make sense, and with changes: what never comes is given up soon. */
export function impatientPlan(...changes: readonly TextChange[]): Plan {
  return shopPlan(
    { from: '    orElse: launch', to: '    bound: 5m\n    agentBound: 1m\n    orElse: launch' },
    { from: '  worker: # launched', to: '  worker:\n    bound: 5m\n    agentBound: 1m # launched' },
    { from: '    mount: { path: /srv/data }', to: '    mount: { path: /srv/data }\n    bound: 2m' },
    { from: 'servers: [web, worker] }', to: 'servers: [web, worker], bound: 2m }' },
    { from: '  - http: https://recovery', to: '  - bound: 2m\n    http: https://recovery' },
    ...changes,
  );
}

/** The shop's account, with changes. */
export function shopWorld(...changes: readonly TextChange[]): World {
  const parsed = parseWorld(changed('worlds/shop.yaml', changes), 'worlds/shop.yaml');
  assert.ok('world' in parsed, 'errors' in parsed ? JSON.stringify(parsed.errors) : '');
  return parsed.world;
}

function changed(file: string, changes: readonly TextChange[]): string {
  return changes.reduce((text, { from, to }) => {
    assert.equal(text.split(from).length, 2, `"${from}" does not stand once in ${file}`);
    return text.replace(from, () => to);
  }, readRepository(file));
}

/** The text of a file of the repository. */
export function readRepository(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
}

export interface ShopRehearsal {
  readonly kind: RecoveryKind;
  readonly seed?: number;
  /** Faults of the world, by name. */
  readonly faults?: readonly string[];
  /** A fault of the test's own; it is applied after the named ones. */
  readonly sabotage?: (sim: Simulator) => void;
  readonly plan?: Plan;
  readonly world?: World;
  readonly template?: Template;
}

const plan = shopPlan();
const world = shopWorld();
const ownFault = 'fault of a test';

/** Rehearses the shop; the account is as it was left. One rehearsal at a time: they share the table of faults. */
export function rehearseShop(options: ShopRehearsal): Promise<Rehearsed> {
  const { kind, seed = 7, faults: named = [], sabotage } = options;
  if (sabotage)
    Object.assign(faults, { [ownFault]: { says: 'what a test does to the world', apply: sabotage } });
  return rehearse({
    plan: options.plan ?? plan,
    world: options.world ?? world,
    kind,
    seed,
    faults: sabotage ? [...named, ownFault] : named,
    template: options.template ?? template,
  });
}

const slow = [
  'ec2.describeConsistencyLag',
  'ec2.pendingToRunning',
  'ec2.runningToOsReady',
  'ec2.shuttingDownToTerminated',
  'ec2.startInstancesToRunning',
  'rds.delete',
  'rds.modifyLight',
  'rds.modifyStatusLag',
  'rds.promote.total',
  'rds.restoreFromSnapshot',
  'route53.changeInsync',
  'ssm.agentOnlineAfterRunning',
  'ssm.commandRoundTrip',
];

/** AWS takes a tenth of its time: a rehearsal with few looks, where what is tested is not how long it takes. */
export function hurry(sim: Simulator): void {
  for (const path of slow) sim.draws.stretch(path, 0.1);
}

/** A drill that is over, however it ended, has left nothing behind and has hurt nothing. */
export function assertNothingLeft({ evidence }: Rehearsed): void {
  assert.deepEqual(evidence.leaks, [], 'the drill left resources behind');
  assert.deepEqual(evidence.violations, [], 'the drill hurt something');
}

/** What a person reads is a sentence: no stack, no gap where a value should be, no end in the middle. */
export function assertReadable(sentence: string | null): asserts sentence is string {
  assert.ok(sentence, 'there is no reason');
  assert.doesNotMatch(
    sentence,
    /\[object|undefined|NaN|\bnull\b|\n|\.ts:\d|^\s*at |^\w*Error:|: *$/,
    sentence,
  );
  assert.ok(sentence.length <= 400, `${sentence.length} characters: ${sentence}`);
}

/** Detecting, deciding, executing and verifying follow each other without a gap from the onset to users that are answered. */
export function assertPhases({ recovery, phases, rtoSeconds }: Evidence): void {
  const all = Object.entries(phases);
  for (const [name, seconds] of all)
    assert.ok(seconds !== null && seconds >= 0, `${recovery}: ${name} ${seconds}`);
  const sum = all.reduce((total, [, seconds]) => total + (seconds ?? 0), 0);
  assert.ok(Math.abs(sum - (rtoSeconds ?? Number.NaN)) < 0.01, `${recovery}: ${sum} s, not ${rtoSeconds} s`);
}

/** Everything that evidence says in words is readable. */
export function assertSaysWhy(evidence: Evidence): void {
  assertReadable(evidence.reason);
  for (const { reason } of evidence.explanations) assertReadable(reason);
}
