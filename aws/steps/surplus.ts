import { type Answer, sayRefusal } from '../../recovery/answer.ts';
import { tagKeys } from '../../recovery/identity.ts';
import type { StepRecord } from '../../recovery/step.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import type { ServersMemory } from '../../recovery/steps/servers/memory.ts';
import { type MadeByRecovery, surplusOf } from '../../recovery/steps/surplus.ts';
import type { StepName } from '../../recovery/terms.ts';
import { openEc2 } from '../ec2.ts';
import { gather } from '../gather.ts';
import type { StepContext } from '../step.ts';
import type { VolumesMemory } from './made-volumes.ts';

/** The look must leave time for telling people how it ended, which matters more. */
const lookSeconds = 10;

/** What a failover made, by its tag; a drill has taken everything away, and does not look. */
export async function lookForMade({ access, identity, deps }: StepContext): Promise<Answer<MadeByRecovery>> {
  if (identity.kind === 'drill') return { ok: true, value: { instances: [], volumes: [] } };
  const stopAtMs = Math.min(access.stopAtMs, deps.clock.nowMs() + lookSeconds * 1000);
  const ec2 = openEc2({ ...access, stopAtMs });
  const mine = { [tagKeys.recovery]: identity.recovery };
  return gather({ instances: ec2.instances(mine), volumes: ec2.volumes(mine) });
}

/**
 * What of it is not used, for the evidence. Where EC2 did not answer that is unknown, and the evidence says so: the recovery
 * is no less recovered.
 * @param records what each step last wrote down, in whichever run
 */
export function surplusIn(
  { access, identity, now }: StepContext,
  made: Answer<MadeByRecovery>,
  records: Readonly<Partial<Record<StepName, StepRecord>>>,
): Pick<RunEvidence, 'surplus' | 'surplusUnknown'> {
  if (!made.ok) return { surplus: [], surplusUnknown: `what it left unused is unknown: ${sayRefusal(made)}` };
  if (identity.kind === 'drill') return { surplus: [] };
  const servers = records.servers?.memory as ServersMemory | null | undefined;
  const volumes = records.volumes?.memory as VolumesMemory | null | undefined;
  const remembered = { servers: servers ?? undefined, created: volumes?.created };
  const where = { recovery: identity.recovery, region: access.region, now: now() };
  return { surplus: surplusOf(made.value, remembered, where) };
}
