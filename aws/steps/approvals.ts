import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import { type ApprovalRecord, ledgerKeys } from '../../recovery/ledger.ts';
import { type Approval, type Electorate, electorateOf } from '../../recovery/steps/approval.ts';
import { gather, gatherEach } from '../gather.ts';
import { recordOf } from '../records.ts';
import type { StepContext } from '../step.ts';
import type { GateMemory } from './gate-memory.ts';

/** What people have said about a recovery, and whose word on it counts. */
export interface Word {
  readonly approvals: readonly Approval[];
  readonly electorate: Electorate;
}

/** Reads the approvals of this recovery, and who asked for it unless Lifeboat did. */
export async function readWord(context: StepContext, isAutomatic: boolean): Promise<Answer<Word>> {
  const { plan, input, ledger } = context;
  const approvals = ledgerKeys.approvals(plan.plan, input.recovery);
  const requests = ledgerKeys.requests(plan.plan, input.recovery);
  const found = await gather({
    approvals: readApprovals(context, approvals),
    requests: isAutomatic ? nobody : ledger.list(requests),
  });
  return mapAnswer(found, (seen) => ({
    approvals: seen.approvals,
    electorate: electorateOf(plan.trigger.approval.people, {
      isAutomatic,
      by: seen.requests.flatMap((key) => authorOf(key, requests) ?? []),
    }),
  }));
}

/** The same for a step after the gate, which knows whether Lifeboat decided the recovery or a person asked for it. */
export async function readWordAfterGate(context: StepContext): Promise<Answer<Word>> {
  const gate = await recordOf(context, 'gate');
  if (!gate.ok) return gate;
  const memory = gate.value?.memory as GateMemory | null | undefined;
  return readWord(context, memory?.isAutomatic ?? false);
}

const nobody = Promise.resolve({ ok: true as const, value: [] as readonly string[] });

async function readApprovals(context: StepContext, prefix: string): Promise<Answer<readonly Approval[]>> {
  const { ledger } = context;
  const keys = await ledger.list(prefix);
  if (!keys.ok) return keys;
  const signed = keys.value.filter((key) => authorOf(key, prefix) !== undefined);
  const records = await gatherEach(signed.map((key) => [key, ledger.read(key)] as const));
  return mapAnswer(records, (entries) =>
    Object.entries(entries).flatMap(([key, entry]) => {
      const record = entry?.value as ApprovalRecord | null | undefined;
      const principal = authorOf(key, prefix);
      return principal && record && Array.isArray(record.overrides) ? [{ ...record, principal }] : [];
    }),
  );
}

/**
 * Whom a key names. Whoever may write under a name has that name, and what the body says of its author is only words. The
 * bucket's policy proves the last part of a key alone: a deeper one says nothing about who wrote it, and counts for nobody.
 */
export function authorOf(key: string, prefix: string): string | undefined {
  return /^([^/]+)\.json$/.exec(key.slice(prefix.length))?.[1];
}
