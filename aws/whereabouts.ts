import { type Answer, mapAnswer } from '../recovery/answer.ts';
import { type ActiveRecord, failoverOf, ledgerKeys, type PeriodRecord } from '../recovery/ledger.ts';
import type { RunEvidence } from '../recovery/steps/evidence.ts';
import type { Ledger } from './ledger.ts';

/** What the ledger says of a plan's last failover. */
export interface LastFailover {
  readonly active: ActiveRecord | undefined;
  readonly period: PeriodRecord | undefined;
}

/** Of a failover that Lifeboat decided and that has not opened yet, the active period alone knows. */
export function lastFailover({ active, period }: LastFailover): string | undefined {
  return failoverOf(active)?.recovery ?? period?.recovery;
}

/**
 * The failover that brought a plan to where it runs now: the last one, where it recovered and nobody has acknowledged it.
 * Undefined while it runs, where it did not recover, and once somebody has taken over.
 */
export async function recoveredBy(
  ledger: Ledger,
  plan: string,
  known: LastFailover,
): Promise<Answer<string | undefined>> {
  const recovery = lastFailover(known);
  const isTakenOver = known.period?.recovery === recovery && known.period?.acknowledged !== undefined;
  if (recovery === undefined || isTakenOver) return { ok: true, value: undefined };
  return mapAnswer(await ledger.read(ledgerKeys.evidence(plan, recovery)), (entry) =>
    (entry?.value as RunEvidence | undefined)?.outcome === 'recovered' ? recovery : undefined,
  );
}
