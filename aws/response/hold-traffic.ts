import type { Refusal } from '../../recovery/answer.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { StepRecord } from '../../recovery/step.ts';
import {
  isHealthCheckSwitch,
  switchMetric,
  switchSamples,
  type TrafficMemory,
  trafficKey,
} from '../../recovery/steps/traffic.ts';
import type { Instant } from '../../recovery/terms.ts';
import type { Access } from '../access.ts';
import { openCloudWatch } from '../cloudwatch.ts';
import type { Ledger } from '../ledger.ts';

/** What traffic is held with. */
export interface Holding {
  readonly access: Access;
  readonly ledger: Ledger;
}

/**
 * Puts the metrics again that a recovery's traffic step has put, so that a switch holds while its plan is not given back.
 * Names that the recovery has not switched yet are left alone: their Region may not be ready. Called each minute; a call
 * that fails is made up for by the next one, since the plan's alarm keeps its state while the metric is missing.
 *
 * @returns the names that are held, and what went wrong with the others.
 */
export async function holdTraffic(
  { access, ledger }: Holding,
  plan: Plan,
  recovery: string,
  now: Instant,
): Promise<{ readonly held: readonly string[]; readonly refusals: readonly Refusal[] }> {
  const items = plan.traffic.filter(isHealthCheckSwitch);
  if (items.length === 0) return { held: [], refusals: [] };
  const read = await ledger.read(ledgerKeys.step(plan.plan, recovery, 'traffic'));
  if (!read.ok) return { held: [], refusals: [read] };
  const record = read.value?.value as StepRecord | undefined;
  const memory = (record?.memory ?? {}) as Readonly<Record<string, TrafficMemory>>;
  const switched = items.filter((item) => memory[trafficKey(item)]?.trippedAt !== undefined);
  const cloudwatch = openCloudWatch(access);
  const answers = await Promise.all(
    switched.map((item) => cloudwatch.putMetric(switchMetric(plan, item), switchSamples(now))),
  );
  return {
    held: switched.flatMap(({ name }, i) => (answers[i]?.ok ? [name] : [])),
    refusals: answers.filter((answer) => !answer.ok),
  };
}
