import { type BeforeRecord, ledgerKeys } from '../../recovery/ledger.ts';
import { nothing } from '../../recovery/step.ts';
import { namesOf } from '../../recovery/steps/cleanup.ts';
import { differences, fingerprint } from '../../recovery/steps/fingerprint.ts';
import { openEc2 } from '../ec2.ts';
import { readLeftovers, secondsUntilSeen } from '../leftovers.ts';
import { readLiveState } from '../live-state.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';

/** Proves that a drill left nothing behind and that the live workload is as it was. */
export async function reconcileSweep(context: StepContext): Promise<StepResult> {
  if (context.identity.kind !== 'drill')
    return { standing: { status: 'skipped', reason: 'only a drill is swept' } };
  const waitSeconds = await secondsUntilSeen(context);
  if (typeof waitSeconds !== 'number') return refused(context, waitSeconds);
  if (waitSeconds > 0) {
    return {
      standing: {
        status: 'working',
        waitSeconds,
        waitingFor: 'resources that are seen late',
        counts: nothing,
      },
    };
  }
  const { left, refusals } = await readLeftovers(context);
  // A list that was not read proves nothing.
  const [unread] = refusals;
  if (unread) return refused(context, unread);
  const names = namesOf(left, context.access.region);
  if (names.length > 0) {
    const list = names
      .slice(0, 5)
      .map((name) => `${name.type} ${name.id}`)
      .join(', ');
    return {
      standing: {
        status: 'failed',
        code: 'LeftBehind',
        reason: `the drill left ${names.length} resources behind: ${list}`,
        unblock: `delete what carries lifeboat:recovery=${context.identity.recovery}, then drill again`,
        counts: { done: 0, total: names.length },
      },
      resources: names,
    };
  }
  return compare(context);
}

async function compare(context: StepContext): Promise<StepResult> {
  const { plan, input, ledger } = context;
  const before = await ledger.read(ledgerKeys.before(plan.plan, input.recovery));
  if (!before.ok) return refused(context, before);
  // Without a record of before nothing was begun: the drill did not get past its first step.
  if (!before.value) return { standing: { status: 'done', counts: nothing } };
  const after = await readLiveState(context, openEc2(context.access));
  if (!after.ok) return refused(context, after);
  const record = before.value.value as BeforeRecord;
  const found = differences(record.fingerprint, fingerprint(after.value));
  const total = Object.keys(record.fingerprint).length;
  if (found.length === 0) return { standing: { status: 'done', counts: { done: total, total } } };
  return {
    standing: {
      status: 'failed',
      code: 'LiveChanged',
      reason: `the live workload changed during the drill: ${found.slice(0, 3).join('; ')}${found.length > 3 ? `; and ${found.length - 3} more` : ''}`,
      unblock: 'find out who changed it; undo it if it was not meant',
      counts: { done: total - found.length, total },
    },
    memory: { differences: found },
  };
}
