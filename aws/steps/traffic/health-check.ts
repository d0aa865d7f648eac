import { ledgerKeys } from '../../../recovery/ledger.ts';
import type { HealthCheckSwitch } from '../../../recovery/plan/plan.ts';
import {
  switchMetric,
  switchSamples,
  switchWait,
  type TrafficMemory,
  trafficKey,
} from '../../../recovery/steps/traffic.ts';
import type { CloudWatch } from '../../cloudwatch.ts';
import type { Reach } from '../../reach.ts';
import type { StepContext } from '../../step.ts';
import type { SwitchOutcome } from './outcome.ts';

const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/**
 * Puts the metric that trips the plan's alarm, at each call, and asks a resolver until the name leads to the target. From
 * the alarm on everything is Route 53's data plane: health checks and answers.
 */
export async function settleHealthCheck(
  context: StepContext,
  cloudwatch: CloudWatch,
  item: HealthCheckSwitch,
  known: TrafficMemory,
): Promise<SwitchOutcome> {
  const { plan, input, ledger, deps } = context;
  const metric = switchMetric(plan, item);
  if (!known.trippedAt) {
    const key = ledgerKeys.intent(plan.plan, input.recovery, `traffic ${trafficKey(item)}`);
    const written = await ledger.write(key, metric);
    if (!written.ok) return { memory: known, refusal: written };
  }
  const put = await cloudwatch.putMetric(metric, switchSamples(context.now()));
  if (!put.ok) return { memory: known, refusal: put };
  const memory = { ...known, trippedAt: known.trippedAt ?? context.now() };
  const wait = switchWait(item, await ask(deps.reach, item));
  return wait ? { memory, wait } : { memory: { ...memory, answeredAt: memory.answeredAt ?? context.now() } };
}

/**
 * What resolvers answer for the name, in the terms of the target. An alias record has no CNAME to show: it leads to the
 * target when both have an address in common.
 */
async function ask(reach: Reach, { name, target }: HealthCheckSwitch): ReturnType<Reach['resolve']> {
  if (ipv4.test(target)) return reach.resolve(name, 'A');
  if (target.includes(':')) return reach.resolve(name, 'AAAA');
  const canonical = await reach.resolve(name, 'CNAME');
  if (!('failed' in canonical)) return canonical;
  const [live, wanted] = await Promise.all([reach.resolve(name, 'A'), reach.resolve(target, 'A')]);
  if ('failed' in live || 'failed' in wanted) return live;
  return live.values.some((address) => wanted.values.includes(address)) ? { values: [target] } : live;
}
