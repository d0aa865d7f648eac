import { tagKeys } from '../../recovery/identity.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import type { ResourceRef } from '../../recovery/terms.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { isFinal } from '../../simulator/ssm/state.ts';
import { type Act, isPerson, tagsIn } from '../truth/acts.ts';
import { type Finding, type Law, runsOf, type Scene, wasTaken } from './scene.ts';
import { surplusFindings } from './surplus.ts';

/**
 * Nothing that a failover made is left without a use and without a word: what is not used, such as a slow server whose
 * replacement was faster, must be named where people look for it. What is made, is made so that it can be found again.
 */
export const nothingUnused: Law = (scene) => [
  ...scene.recoveries
    .filter(({ kind }) => kind === 'failover')
    .filter(({ recovery }) => isOver(scene, recovery))
    .flatMap((judged) => surplusFindings(scene, judged)),
  ...scene.truth.acts.flatMap((act) => untagged(scene, act)),
  ...commandsLeft(scene),
];

/** A drill takes away everything that it made. Where one is rehearsed alone, the same are its leaks. */
export const drillLeavesNothing: Law = (scene) =>
  scene.recoveries
    .filter(({ kind, recovery }) => kind === 'drill' && isOver(scene, recovery))
    .flatMap(({ recovery }) =>
      leftOf(scene.sim, recovery).map(({ type, id, region }) => ({
        recovery,
        message: `${type} ${id} in ${region} is left of the drill ${recovery}`,
      })),
    );

/** Whether all its runs have ended, and there is evidence of the last one: until then somebody is still to tidy up. */
function isOver(scene: Scene, recovery: string): boolean {
  const runs = runsOf(scene, recovery);
  const last = runs.at(-1);
  if (!last || runs.some(({ execution }) => execution.status === 'RUNNING')) return false;
  const evidence = scene.truth.read<RunEvidence>(ledgerKeys.evidence(last.plan, recovery));
  return evidence?.run === last.run;
}

/** What is there of a recovery, whatever it is used for. */
export function leftOf(sim: Simulator, recovery: string): readonly ResourceRef[] {
  return [...madeBy(sim, recovery), ...parametersOf(sim, recovery)];
}

function madeBy(sim: Simulator, recovery: string): readonly ResourceRef[] {
  return sim.regions.flatMap(({ name: region, ec2, rds }) => {
    const isMine = ({ tags }: { readonly tags: Readonly<Record<string, string>> }) =>
      tags[tagKeys.recovery] === recovery;
    const ref =
      (type: string) =>
      ({ id }: { readonly id: string }): ResourceRef => ({ region, type, id });
    return [
      ...[...ec2.instances.values()]
        .filter(({ state }) => state !== 'terminated' && state !== 'shutting-down')
        .filter(isMine)
        .map(ref('instance')),
      ...[...ec2.volumes.values()]
        .filter(({ state }) => state !== 'deleted' && state !== 'deleting')
        .filter(isMine)
        .map(ref('volume')),
      ...[...rds.instances.values()]
        .filter(({ status }) => status !== 'deleting')
        .filter(isMine)
        .map(ref('dbInstance')),
    ];
  });
}

function parametersOf(sim: Simulator, recovery: string): readonly ResourceRef[] {
  return sim.regions.flatMap(({ name: region, ssm }) =>
    ssm.parameters.all
      .filter(({ name }) => name.startsWith(`/lifeboat/drill/${recovery}/`))
      .map(({ name: id }) => ({ region, type: 'parameter', id })),
  );
}

const creates = new Set([
  'RunInstances',
  'CreateVolume',
  'RestoreDBInstanceFromDBSnapshot',
  'RestoreDBInstanceToPointInTime',
]);
/** What no recovery makes, whatever it is for: nothing takes it away again. */
const neverMade =
  /^(CreateSnapshot|CreateDBSnapshot|CreateImage|CopySnapshot|CopyDBSnapshot|PutMetricAlarm|CreateTopic|PutRule)$/;

/** What is made without the tag of its recovery: nobody would find it again. */
function untagged(scene: Scene, act: Act): readonly Finding[] {
  const run = scene.runOf(act);
  if (!run || isPerson(act) || !wasTaken(scene, act)) return [];
  const found = { atMs: act.atMs, recovery: run.recovery };
  if (neverMade.test(act.operation))
    return [
      { ...found, message: `${run.recovery} called ${act.operation}: nothing takes away what that makes` },
    ];
  if (!creates.has(act.operation) || tagsIn(act)[tagKeys.recovery] === run.recovery) return [];
  return [
    { ...found, message: `${run.recovery} called ${act.operation} without its tag ${tagKeys.recovery}` },
  ];
}

/** What may still run on a server when the step that sent it has ended: a command ends within its own time-outs. */
const lateMs = 600_000;

function commandsLeft({ sim, truth, runs, nowMs }: Scene): readonly Finding[] {
  const { recoveryRegion } = truth.watched;
  if (runs.length === 0 || runs.some(({ execution }) => execution.status === 'RUNNING')) return [];
  const endedAtMs = Math.max(...runs.map(({ execution }) => execution.stoppedAtMs ?? 0));
  if (nowMs < endedAtMs + lateMs) return [];
  return sim.region(recoveryRegion).ssm.commands.all.flatMap(({ id, documentName, invocations }) =>
    [...invocations.values()]
      .filter(({ status }) => !isFinal(status))
      .map(({ instanceId }) => ({
        message: `the command ${id} of ${documentName} still runs on ${instanceId}, long after its recovery ended`,
      })),
  );
}
