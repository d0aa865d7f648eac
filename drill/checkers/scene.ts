import { ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import type { RecoveryKind, ResourceRef } from '../../recovery/terms.ts';
import type { OrderGiven } from '../../report/operator.ts';
import type { InvocationRecord } from '../../simulator/lambda/function.ts';
import type { CallRecord, Simulator } from '../../simulator/simulator.ts';
import type { InventoryDifference } from '../../simulator/world/inventory.ts';
import { type Act, executionArnOf, invocationsByKey } from '../truth/acts.ts';
import { type Run, type Truth, truthOf } from '../truth/truth.ts';

/** Something that must never be, found in the simulator's truth. */
export interface Violation {
  readonly checker: string;
  readonly atMs: number;
  readonly message: string;
}

/** One recovery that is judged. */
export interface JudgedRecovery {
  readonly plan: Plan;
  readonly kind: RecoveryKind;
  readonly recovery: string;
  /** What it says of its own end; `failed` where it says nothing. */
  readonly outcome: string;
}

/** A time in the simulator, from its first millisecond to before its last. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the judges look at: an account and everything that recovered or drilled in it. */
export interface Scene {
  readonly sim: Simulator;
  readonly truth: Truth;
  readonly plans: readonly Plan[];
  readonly recoveries: readonly JudgedRecovery[];
  /** Every run of a recovery that was started, the oldest first. */
  readonly runs: readonly Run[];
  /** Without the ledger, which is what a recovery leaves on purpose. */
  readonly difference: InventoryDifference;
  /** What people ordered, where they did. */
  readonly orders: readonly OrderGiven[];
  /** What others than Lifeboat did something to meanwhile: nobody is blamed for it. */
  readonly excused: readonly ResourceRef[];
  /** Nothing strikes Lifeboat itself: only then can it be asked to be in time. */
  readonly isCalm: boolean;
  /** When something struck the calls of Lifeboat itself, so that what it tried might come to nothing. */
  readonly struck: readonly Span[];
  /** When Lifeboat itself could hardly act, since its Region or its ledger failed. */
  readonly silenced: readonly Span[];
  readonly nowMs: number;
  /** The run whose function made a call; undefined for people, for AWS and for functions that events and schedules invoke. */
  runOf(act: Pick<Act, 'accessKeyId'>): Run | undefined;
  invocationOf(act: Pick<Act, 'accessKeyId'>): InvocationRecord | undefined;
  /** How many calls the functions of a recovery made, in all its runs. */
  callsOf(recovery: string): number;
  /** What became of a call. */
  recordOf(act: Pick<Act, 'requestId'>): CallRecord | undefined;
}

/** One finding: about one recovery, about one plan, or about the account. */
export interface Finding {
  readonly message: string;
  /** The end of the run that is judged when absent. */
  readonly atMs?: number;
  readonly recovery?: string;
  readonly plan?: string;
}

/** One rule; it judges the truth, never what the recovery recorded. */
export type Law = (scene: Scene) => readonly Finding[];

/** What a scene is made from; everything else is found in the simulator. */
export interface SceneGiven {
  readonly sim: Simulator;
  readonly difference: InventoryDifference;
  /** Recoveries beside those that the simulator has executions of. */
  readonly recoveries?: readonly JudgedRecovery[];
  readonly orders?: readonly OrderGiven[];
  readonly excused?: readonly ResourceRef[];
  readonly isCalm?: boolean;
  readonly struck?: readonly Span[];
  readonly silenced?: readonly Span[];
}

/** Everything that happened in an account, ready to be judged. */
export function sceneOf(given: SceneGiven): Scene {
  const {
    sim,
    difference,
    recoveries = [],
    orders = [],
    excused = [],
    isCalm = false,
    struck = [],
    silenced = [],
  } = given;
  const truth = truthOf(sim);
  const { plans } = truth.watched;
  const invocations = invocationsByKey(sim);
  const { runs } = truth;
  const runByArn = new Map(runs.map((run) => [run.execution.arn, run]));
  const records = new Map(sim.transcript.map((record) => [record.requestId, record]));
  const known = new Set(recoveries.map(({ recovery }) => recovery));
  const found = recoveriesOf(truth, runs).filter(({ recovery }) => !known.has(recovery));
  const invocationOf: Scene['invocationOf'] = ({ accessKeyId }) => invocations.get(accessKeyId);
  return {
    sim,
    truth,
    plans: [
      ...new Map([...plans, ...recoveries.map(({ plan }) => plan)].map((each) => [each.plan, each])).values(),
    ],
    recoveries: [...recoveries, ...found],
    runs,
    difference,
    orders,
    excused,
    isCalm,
    struck,
    silenced,
    nowMs: sim.clock.nowMs(),
    invocationOf,
    runOf: (act) => {
      const invocation = invocationOf(act);
      return invocation && runByArn.get(executionArnOf(invocation) ?? '');
    },
    callsOf: (recovery) => truth.callsOf(recovery, runs),
    recordOf: ({ requestId }) => records.get(requestId),
  };
}

/** Each recovery once, as its last run has it. */
function recoveriesOf(truth: Truth, runs: readonly Run[]): readonly JudgedRecovery[] {
  const byName = new Map(runs.map((run) => [run.recovery, run]));
  return [...byName.values()].flatMap(({ plan: name, kind, recovery }) => {
    const plan = truth.watched.plans.find((each) => each.plan === name);
    if (!plan) return [];
    const evidence = truth.read<RunEvidence>(ledgerKeys.evidence(name, recovery));
    return [{ plan, kind, recovery, outcome: evidence?.outcome ?? 'failed' }];
  });
}

/** The runs of one recovery, the oldest first. */
export function runsOf({ runs }: Scene, recovery: string): readonly Run[] {
  return runs.filter((run) => run.recovery === recovery);
}

/** Whether a call was taken by AWS, whoever learnt of it. */
export function wasTaken(scene: Scene, act: Pick<Act, 'requestId'>): boolean {
  return scene.recordOf(act)?.outcome === 'ok';
}

/** Whether anything but drills took place. */
export function hasFailovers({ recoveries }: Scene): boolean {
  return recoveries.some(({ kind }) => kind === 'failover');
}

/** `00:06:42`, as a person reads a time of day. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

export const keyOf = ({ region, type, id }: ResourceRef) => `${region}|${type}|${id}`;
