import { ledgerKeys, type PeriodRecord } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { trafficName, trafficNamespace } from '../../recovery/steps/traffic.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import { type Act, isPerson, kindOfCaller, listOf } from '../truth/acts.ts';
import { type HealthSpan, lookEveryMs } from '../truth/health.ts';
import { type Finding, type Law, type Scene, timeOf, wasTaken } from './scene.ts';

/** A call that leads a live name to the recovery Region, or holds it there. */
interface Move {
  readonly act: Act;
  readonly plan: Plan;
  /** By the step of a recovery; otherwise by what holds it each minute. */
  readonly isStep: boolean;
}

/** What was verified may break before the next call is made; it must have been well this long ago at the latest. */
const wellMs = 60_000;
/** A hold that was under way when a person took the plan over. */
const graceMs = 120_000;

/** Lifeboat never leads users to an application that does not serve them, nor breaks the one that it has led them to. */
export const trafficServes: Law = (scene) => {
  const moves = movesIn(scene);
  const steps = moves.filter(({ isStep }) => isStep);
  return [
    ...firstOfEachRun(scene, steps).flatMap((move) => unhealthyAt(scene, move)),
    ...brokenByUs(scene, steps),
  ];
};

/** Traffic is held where a recovery has put it, until a person takes it over: nothing else is held, and nothing for ever. */
export const trafficIsGivenBack: Law = (scene) => {
  const moves = movesIn(scene);
  return moves
    .filter(({ isStep }) => !isStep)
    .flatMap(({ act, plan }): readonly Finding[] => {
      const moved = moves.findLast((one) => one.isStep && one.plan === plan && one.act.atMs <= act.atMs);
      const say = (why: string) => [
        {
          atMs: act.atMs,
          plan: plan.plan,
          message: `traffic of ${plan.plan} was held at ${timeOf(act.atMs)}, ${why}`,
        },
      ];
      if (!moved) return say('and no recovery had moved it');
      const taken = takenOverAtMs(scene, plan, moved.act.atMs);
      return taken !== undefined && act.atMs > taken + graceMs
        ? say(`and a person had taken it over at ${timeOf(taken)}`)
        : [];
    })
    .filter(onceAPlan());
};

function onceAPlan(): (finding: Finding) => boolean {
  const seen = new Set<string>();
  return ({ plan = '' }) => !seen.has(plan) && seen.add(plan) !== undefined;
}

function movesIn(scene: Scene): readonly Move[] {
  return scene.truth.acts.flatMap((act) => {
    if (isPerson(act) || !wasTaken(scene, act)) return [];
    return scene.plans
      .filter((plan) => isMoveOf(act, plan))
      .map((plan) => ({ act, plan, isStep: kindOfCaller(act) === 'failover' }));
  });
}

function isMoveOf({ operation, input }: Act, plan: Plan): boolean {
  if (operation === 'PutMetricData') {
    if (input['Namespace'] !== trafficNamespace) return false;
    return listOf(input['MetricData']).some(({ Dimensions, Value }) =>
      listOf(Dimensions).some(
        (each) => Value !== 0 && each['Name'] === 'Plan' && each['Value'] === plan.plan,
      ),
    );
  }
  if (operation !== 'ChangeResourceRecordSets') return false;
  const { Changes } = (input['ChangeBatch'] ?? {}) as { readonly Changes?: unknown };
  const names = listOf(Changes).map(({ ResourceRecordSet }) =>
    String((ResourceRecordSet as { readonly Name?: string }).Name).replace(/\.$/, ''),
  );
  return plan.traffic.some((item) => names.includes(trafficName(item)));
}

function firstOfEachRun(scene: Scene, moves: readonly Move[]): readonly Move[] {
  const byRun = new Map<string, Move>();
  for (const move of moves) {
    const key = scene.runOf(move.act)?.execution.arn ?? move.act.callerArn;
    if (!byRun.has(key)) byRun.set(key, move);
  }
  return [...byRun.values()];
}

/** Whether the world knows how well a plan's application is: it is told of one only. */
export function isOfTheApplication({ sim }: Scene, plan: Plan): boolean {
  const { liveName } = worldOf(sim).world.application;
  return plan.traffic.some((item) => trafficName(item) === liveName);
}

function unhealthyAt(scene: Scene, { act, plan }: Move): readonly Finding[] {
  if (!isOfTheApplication(scene, plan)) return [];
  const looks = scene.truth.health.filter(({ region }) => region === plan.regions.recovery);
  const wasWell = looks.some(
    ({ healthy, fromMs, toMs }) => healthy && fromMs <= act.atMs && toMs >= act.atMs - wellMs,
  );
  if (wasWell) return [];
  const missing = looks.findLast(({ fromMs }) => fromMs <= act.atMs)?.missing ?? ['nobody had looked'];
  const recovery = scene.runOf(act)?.recovery;
  return [
    {
      atMs: act.atMs,
      plan: plan.plan,
      ...(recovery !== undefined && { recovery }),
      message: `traffic of ${plan.plan} was moved to ${plan.regions.recovery}, which did not serve: ${missing.join(', ')}`,
    },
  ];
}

/** Calls that can take a server, its data or its database away from an application that serves. */
const harmful = new Set([
  'StopInstances',
  'TerminateInstances',
  'RebootInstances',
  'ModifyInstanceAttribute',
  'DeregisterTargets',
  'DetachVolume',
  'DeleteVolume',
  'ModifyDBInstance',
  'RebootDBInstance',
  'StopDBInstance',
  'DeleteDBInstance',
  'PutParameter',
  'DeleteParameter',
  'DeleteParameters',
  'SendCommand',
]);

/** Where the application stopped serving after users were led to it, right after a call of ours that can have done it. */
function brokenByUs(scene: Scene, steps: readonly Move[]): readonly Finding[] {
  return scene.plans.flatMap((plan) => {
    const moved = steps.find((move) => move.plan === plan);
    if (!moved || !isOfTheApplication(scene, plan)) return [];
    const looks = scene.truth.health.filter(({ region }) => region === plan.regions.recovery);
    return looks.flatMap((look, place) => {
      const before = looks[place - 1];
      if (look.healthy || !before?.healthy || look.fromMs < moved.act.atMs) return [];
      const cause = causeOf(scene, plan, before, look);
      return cause
        ? [
            {
              atMs: look.fromMs,
              plan: plan.plan,
              message: `${plan.plan} stopped serving in ${plan.regions.recovery} after ${cause.operation} of ${nameOf(cause)}: ${look.missing.join(', ')}`,
            },
          ]
        : [];
    });
  });
}

function causeOf(scene: Scene, plan: Plan, before: HealthSpan, look: HealthSpan): Act | undefined {
  return scene.truth.acts.findLast(
    (act) =>
      harmful.has(act.operation) &&
      act.region === plan.regions.recovery &&
      !isPerson(act) &&
      scene.invocationOf(act) !== undefined &&
      act.atMs > before.toMs - 2 * lookEveryMs &&
      act.atMs <= look.fromMs &&
      !isDrillsOwn(scene, act) &&
      wasTaken(scene, act),
  );
}

/** What a drill does to its copies harms nobody. */
function isDrillsOwn(scene: Scene, { targets, accessKeyId }: Act): boolean {
  const run = scene.runOf({ accessKeyId });
  return run?.kind === 'drill' && targets.every(({ recovery }) => recovery === run.recovery);
}

const nameOf = ({ callerArn }: Act) => callerArn.slice(callerArn.lastIndexOf('/') + 1);

/** When a person acknowledged the failover that had moved traffic. */
function takenOverAtMs({ truth }: Scene, plan: Plan, movedAtMs: number): number | undefined {
  return truth
    .versions<PeriodRecord>(ledgerKeys.period(plan.plan))
    .find(({ atMs, value }) => atMs > movedAtMs && value.acknowledged !== undefined)?.atMs;
}
