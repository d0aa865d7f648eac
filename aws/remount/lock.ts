import { type Answer, sayRefusal } from '../../recovery/answer.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { isLocked, type RemountLock } from '../../recovery/remount/record.ts';
import type { Scene } from './scene.ts';

/** Whose turn it is. */
export type Turn =
  | { readonly kind: 'own' }
  /** Another execution is at the same volume: an event that came twice. */
  | { readonly kind: 'same' }
  | { readonly kind: 'other'; readonly why: string };

/** Takes the turn of a plan, or says who has it; an execution that has it keeps it. */
export async function takeLock(scene: Scene, plan: Plan): Promise<Answer<Turn>> {
  const { ledger, now } = scene.context;
  const key = ledgerKeys.remountLock(plan.plan);
  const found = await ledger.read(key);
  if (!found.ok) return found;
  const lock = found.value?.value as RemountLock | undefined;
  if (isLocked(lock, now())) return { ok: true, value: turnOf(scene, lock) };
  const claim = await ledger.claim(key, lockOf(scene, 'taken'), found.value);
  if (!claim.ok) return claim;
  return { ok: true, value: turnOf(scene, claim.value.entry.value as RemountLock) };
}

/** Gives the turn back; one that cannot be given back is anybody's once no execution can have it any more. */
export async function releaseLock(scene: Scene, plan: Plan): Promise<void> {
  const { ledger, deps, now } = scene.context;
  const key = ledgerKeys.remountLock(plan.plan);
  const found = await ledger.read(key);
  const lock = found.ok ? (found.value?.value as RemountLock | undefined) : undefined;
  if (found.ok && lock?.owner !== scene.input.execution) return;
  const { nonce } = lockOf(scene, 'released');
  const claim =
    found.ok && lock
      ? await ledger.claim(key, { ...lock, nonce, releasedAt: now() } as RemountLock, found.value)
      : found;
  if (!claim.ok) deps.log('error', sayRefusal(claim), { plan: plan.plan });
}

function turnOf({ input, volume }: Scene, lock: RemountLock): Turn {
  if (lock.owner === input.execution) return { kind: 'own' };
  if (lock.volume === volume.id) return { kind: 'same' };
  return { kind: 'other', why: `${lock.volume}, which is put on its server since ${lock.at}` };
}

function lockOf({ context, input, volume }: Scene, what: 'taken' | 'released'): RemountLock {
  const nonce = context.deps.entropy.hex('remount lock', `${input.execution} ${what}`, 16);
  return { nonce, owner: input.execution, volume: volume.id, at: context.now() };
}
