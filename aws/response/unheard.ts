import { type Answer, type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { stampOf } from '../../recovery/identity.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { ObservedVolume } from '../../recovery/observed.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { askedOf } from '../../recovery/remount/place.ts';
import { openEc2 } from '../ec2.ts';
import { openStates } from '../states.ts';
import type { ResponseContext } from './context.ts';

/**
 * Starts the remount machine for volumes that somebody restored for a plan and that no event told of: EBS and AWS Backup put
 * their events at best effort. One that has a record was looked at, and people know how it stands.
 */
export async function startUnheard(
  context: ResponseContext,
  remountMachineArn: string,
  plans: ReadonlyMap<string, Plan>,
): Promise<readonly Refusal[]> {
  const found = await openEc2(context.access).volumesThatWish();
  if (!found.ok) return [found];
  const asking = found.value.flatMap((volume) => {
    const asked = askedOf(volume, plans);
    return asked.kind === 'volume' || asked.kind === 'problem' ? [{ volume, plan: asked.plan }] : [];
  });
  const started = await Promise.all(
    asking.map(({ volume, plan }) => startOne(context, remountMachineArn, plan, volume)),
  );
  return started.flatMap((answer) => (answer.ok ? [] : [answer]));
}

async function startOne(
  { access, ledger, deps, now }: ResponseContext,
  machineArn: string,
  { plan }: Plan,
  { id }: ObservedVolume,
): Promise<Answer<unknown>> {
  const known = await ledger.read(ledgerKeys.remount(plan, id));
  if (!known.ok || known.value) return known;
  // One an hour at most: an execution of the same name is the same one.
  const name = `unheard-${id}-${stampOf(now()).slice(0, 11)}`;
  const started = await openStates(access).start(machineArn, name, { volume: id });
  const says = started.ok ? 'is looked at' : sayRefusal(started);
  deps.log('info', `no event told of ${id}: it ${says}`, { plan });
  return started;
}
