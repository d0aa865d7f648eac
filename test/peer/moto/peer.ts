import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { recoveryName } from '../../../recovery/identity.ts';
import { ledgerKeys } from '../../../recovery/ledger.ts';
import { parsePlan } from '../../../recovery/plan/parse.ts';
import type { Plan } from '../../../recovery/plan/plan.ts';
import type { RunEvidence } from '../../../recovery/steps/evidence.ts';
import type { RecoveryKind } from '../../../recovery/terms.ts';
import type { Template } from '../../../simulator/cloudformation/deploy.ts';
import { parseWorld } from '../../../simulator/world/parse.ts';
import type { World } from '../../../simulator/world/schema.ts';
import { root } from '../../../stack/places.ts';
import { packagedTemplate } from '../../../stack/template.ts';
import type { Asked } from './asked.ts';
import { Bundles } from './bundles.ts';
import { amend, besides, missing } from './deviations.ts';
import { Functions, Threads } from './functions.ts';
import type { Reply } from './gateway.ts';
import { type Moto, startMoto } from './moto.ts';
import { until } from './scenarios/scenario.ts';
import type { PeerAccount } from './seed/account.ts';
import { seedWorld } from './seed/seed.ts';
import { installStack, type PeerStack, resolveStack } from './stack.ts';
import { Truth } from './truth.ts';

export interface PeerOptions {
  /** Changes the packaged template before it is installed. */
  readonly template?: (template: Template) => Template;
  /** Changes the text of the plan. */
  readonly plan?: (text: string) => string;
  /** Changes the text of the world. */
  readonly world?: (text: string) => string;
  /** Bundles that take the place of the packaged ones, as directories by the name of the function. */
  readonly bundles?: Readonly<Record<string, string>>;
  /** Makes what answers a call in moto's place, anew for each account. */
  readonly between?: () => (asked: Asked) => Reply | undefined;
  /** A step whose function Lambda refuses once, and the error that the machine sees. */
  readonly refuses?: { readonly function: string; readonly error: string };
  /** The application answers 503 whatever is in moto. */
  readonly isBroken?: boolean;
}

/** The shop's account in moto, with the stack installed in its recovery Region. */
export interface Peer {
  readonly account: PeerAccount;
  readonly plan: Plan;
  readonly world: World;
  readonly stack: PeerStack;
  /** What was asked through the gateway, in order. */
  readonly asked: readonly Asked[];
  readonly functions: Functions;
  /** Where moto itself answers. */
  readonly url: string;
  start(kind: RecoveryKind, options?: { readonly run?: number; readonly recovery?: string }): Promise<Run>;
  /** A record of the ledger, or undefined where there is none. */
  ledger(key: string): Promise<unknown>;
}

/** One execution of a machine. */
export interface Run {
  readonly recovery: string;
  readonly executionArn: string;
  /** How it ended: `SUCCEEDED`, or the name of its error. */
  ended(): Promise<string>;
  evidence(): Promise<RunEvidence | undefined>;
}

/** A moto server in which one account after another is made. */
export interface Peers {
  open(options?: PeerOptions): Promise<Peer>;
  close(): Promise<void>;
}

interface Current {
  readonly peer: Peer;
  readonly truth: Truth;
  readonly asked: Asked[];
  readonly inPlace?: (asked: Asked) => Reply | undefined;
}

/** Starts a server for the tests of one file. */
export async function startPeers(): Promise<Peers> {
  let current: Current | undefined;
  const threads = new Threads();
  const bundles = await Bundles.open();
  const moto = await startMoto({
    invoke: async (name, event) => current?.peer.functions.invoke(name, event),
    between: {
      before: async (asked) => {
        if (!current) return undefined;
        current.asked.push(asked);
        const { inPlace, truth, peer } = current;
        const given = inPlace?.(asked);
        if (given) return given;
        const lacked = missing.find(
          (one) => one.service === asked.service && one.operation === asked.operation,
        );
        return lacked && json(await lacked.answer(asked, peer.account, truth));
      },
      besides: async (asked) => (current ? besides(asked, current.peer.account) : {}),
      after: async (asked, reply) => (current ? amend(asked, reply, current.peer.account) : reply),
    },
    waitScale: 0.01,
    mendsPaths: true,
  });
  return {
    open: async (options = {}) => {
      current = undefined;
      await moto.reset();
      const asked: Asked[] = [];
      const { peer, truth } = await openPeer({ moto, threads, bundles }, options, asked);
      const inPlace = options.between?.();
      current = { peer, truth, asked, ...(inPlace && { inPlace }) };
      return peer;
    },
    close: async () => {
      current = undefined;
      await Promise.all([threads.close(), moto.stop()]);
      await bundles.close();
    },
  };
}

function json(output: unknown): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(output),
  };
}

interface Host {
  readonly moto: Moto;
  readonly threads: Threads;
  readonly bundles: Bundles;
}

async function openPeer({ moto, threads, bundles }: Host, options: PeerOptions, asked: readonly Asked[]) {
  const drawn = await readFile(join(root, 'worlds/shop.yaml'), 'utf8');
  const parsed = parseWorld(options.world?.(drawn) ?? drawn, 'worlds/shop.yaml');
  if (parsed.kind === 'errors') throw new TypeError(JSON.stringify(parsed.errors));
  const { world } = parsed;
  const account = await seedWorld(moto.url, world, Date.now());
  const written = await readFile(join(root, 'plans/shop.yaml'), 'utf8');
  const read = parsePlan(account.translate(options.plan?.(written) ?? written), 'plans/shop.yaml');
  if ('errors' in read) throw new TypeError(JSON.stringify(read.errors));
  const { plan } = read;
  const region = plan.regions.recovery;
  const packaged = (await packagedTemplate()) as Template;
  const resources = resolveStack(options.template?.(packaged) ?? packaged, region, world.account);
  const stack = await installStack(account, region, resources);
  const truth = new Truth(account, world, options.isBroken);
  const directories = await bundles.deploy(plan, options.bundles ?? {});
  const functions = new Functions({
    threads,
    functions: stack.functions,
    directoryOf: (name) => directories.get(name) ?? '',
    region,
    url: moto.gatewayUrl,
    outside: truth,
    ...(options.refuses && { refuses: options.refuses }),
  });
  const peer = { account, plan, world, stack, asked, functions, url: moto.url };
  return {
    truth,
    peer: {
      ...peer,
      start: (kind: RecoveryKind, named = {}) => startRun(peer, kind, named),
      ledger: (key: string) => readLedger(peer, key),
    },
  };
}

/** Far beyond what a run of a machine takes with its waits shortened, on a machine that has much else to do. */
const longestSeconds = 240;

type Opened = Pick<Peer, 'account' | 'plan' | 'stack'>;

async function startRun(
  peer: Opened,
  kind: RecoveryKind,
  { run = 1, recovery = recoveryName(peer.plan.plan, kind, new Date().toISOString()) },
): Promise<Run> {
  const { sfn } = peer.account.in(peer.plan.regions.recovery);
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: peer.stack.machineArns[kind],
      name: `${recovery}-r${run}`,
      input: JSON.stringify({ plan: peer.plan.plan, recovery, run }),
    }),
  );
  return {
    recovery,
    executionArn,
    // A machine that never ends is a failure, and no test that is waited for until its time-out of hours.
    ended: () =>
      until(
        `the end of ${recovery}`,
        async () => {
          const { status, error } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
          return status === 'RUNNING' ? undefined : (error ?? status);
        },
        longestSeconds,
      ),
    evidence: async () =>
      (await readLedger(peer, ledgerKeys.evidence(peer.plan.plan, recovery))) as RunEvidence | undefined,
  };
}

async function readLedger(peer: Opened, key: string): Promise<unknown> {
  const { s3 } = peer.account.in(peer.plan.regions.recovery);
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: peer.stack.ledgerBucket, Key: key }));
    return JSON.parse((await Body?.transformToString()) ?? 'null');
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}
