import { ledgerKeys } from '../recovery/ledger.ts';
import type { StepRecord } from '../recovery/step.ts';
import type { RunEvidence } from '../recovery/steps/evidence.ts';
import { type StepName, stepNames } from '../recovery/terms.ts';
import type { Account } from './account.ts';

/** What the recovery itself wrote down, read from the simulator's truth without a call. */
export interface LedgerTruth {
  readonly steps: Readonly<Partial<Record<StepName, StepRecord>>>;
  /** Absent when the recovery did not get to its conclusion. */
  readonly evidence: RunEvidence | undefined;
}

/** Reads the records of one recovery. */
export function readLedger(account: Account, plan: string, recovery: string): LedgerTruth {
  const read = <T>(key: string): T | undefined => {
    const body = account.sim.s3.read(account.ledgerBucket, key)?.body;
    return body && (JSON.parse(new TextDecoder().decode(body)) as T);
  };
  const steps = stepNames.flatMap((name) => {
    const record = read<StepRecord>(ledgerKeys.step(plan, recovery, name));
    return record ? [[name, record] as const] : [];
  });
  return {
    steps: Object.fromEntries(steps),
    evidence: read<RunEvidence>(ledgerKeys.evidence(plan, recovery)),
  };
}
