import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import { type ActiveRecord, type LockOrders, ledgerKeys, type RequestRecord } from '../../recovery/ledger.ts';
import { type GivenOrder, joinOrders, type RunEvidence } from '../../recovery/steps/evidence.ts';
import { gather, gatherEach } from '../gather.ts';
import type { StepContext } from '../step.ts';
import { authorOf } from './approvals.ts';

/** What people have ordered of this recovery: the lock knows the last order of each kind, earlier evidence those before. */
export async function readOrders(context: StepContext): Promise<Answer<readonly GivenOrder[]>> {
  const { plan, input, ledger } = context;
  const prefix = ledgerKeys.requests(plan.plan, input.recovery);
  const seen = await gather({
    requests: ledger.list(prefix),
    active: ledger.read(ledgerKeys.active(plan.plan)),
    evidence: ledger.read(ledgerKeys.evidence(plan.plan, input.recovery)),
  });
  if (!seen.ok) return seen;
  const { requests, active, evidence } = seen.value;
  const records = await gatherEach(requests.map((key) => [key, ledger.read(key)] as const));
  return mapAnswer(records, (entries) => {
    const asked = Object.entries(entries).flatMap(([key, entry]): readonly GivenOrder[] => {
      const record = entry?.value as RequestRecord | undefined;
      const by = authorOf(key, prefix);
      return record && by !== undefined
        ? [{ order: 'requested', by, at: record.at, comment: record.comment }]
        : [];
    });
    const earlier = (evidence?.value as Partial<RunEvidence> | undefined)?.orders ?? [];
    return joinOrders(earlier, [
      ...asked,
      ...ordersOf(active?.value as ActiveRecord | undefined, input.recovery),
    ]);
  });
}

/** What the lock says was ordered of a recovery, also once a failover has taken the plan from it. */
function ordersOf(active: ActiveRecord | undefined, recovery: string): readonly GivenOrder[] {
  const isOwn = (record: { readonly recovery: string }) => record.recovery === recovery;
  const held: LockOrders | undefined = active && isOwn(active) ? active : active?.preempted?.find(isOwn);
  if (!held) return [];
  const { continued, planAcceptedBy, abort } = held;
  return [
    ...(continued
      ? [{ order: 'continued', by: continued.by, at: continued.at, comment: continued.comment } as const]
      : []),
    ...(planAcceptedBy === undefined
      ? []
      : [
          {
            order: 'acceptedChangedPlan',
            by: planAcceptedBy,
            at: continued?.at ?? null,
            comment: null,
          } as const,
        ]),
    ...[abort?.after, abort].flatMap((order) =>
      order ? [{ order: 'aborted', by: order.by, at: order.at, comment: order.reason } as const] : [],
    ),
  ];
}
