import type { Answer, Refusal } from '../../recovery/answer.ts';
import { stampOf } from '../../recovery/identity.ts';
import { type ActiveRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { ObservedVolume } from '../../recovery/observed.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { askedOf } from '../../recovery/remount/place.ts';
import { secondsBetween } from '../../recovery/terms.ts';
import { openEc2 } from '../ec2.ts';
import { gather } from '../gather.ts';
import { openStates } from '../states.ts';
import type { ResponseContext } from './context.ts';

/** An older volume hangs nowhere because somebody wants it so: what an event would have told is long past. */
const newSeconds = 6 * 3600;

/**
 * Starts the remount machine for volumes that somebody restored for a plan and that no event told of: EBS and AWS Backup put
 * their events at best effort. One that has a record was looked at, and people know how it stands; while a recovery holds the
 * plan, whatever heard of it waits, and so does this.
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
    const isNew =
      volume.createdAt !== undefined && secondsBetween(volume.createdAt, context.now()) < newSeconds;
    if (!isNew) return [];
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
  const known = await gather({
    record: ledger.read(ledgerKeys.remount(plan, id)),
    lock: ledger.read(ledgerKeys.active(plan)),
  });
  if (!known.ok || known.value.record) return known;
  const active = known.value.lock?.value as ActiveRecord | undefined;
  if (active && !active.releasedAt) return known;
  // One an hour at most: an execution of the same name is the same one.
  const name = `unheard-${id}-${stampOf(now()).slice(0, 11)}`;
  const started = await openStates(access).start(machineArn, name, { unheard: id });
  if (!started.ok && started.code === 'ExecutionAlreadyExists') return { ok: true, value: undefined };
  if (started.ok)
    deps.log('info', `nothing is known of ${id}, which asks for a place: it is looked at`, { plan });
  return started;
}
