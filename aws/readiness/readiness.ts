import * as v from 'valibot';
import { type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { type ActiveRecord, type IncidentRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { ReadinessFinding } from '../../recovery/readiness/finding.ts';
import { readinessOf } from '../../recovery/readiness/readiness.ts';
import {
  isDue,
  type ReadinessChange,
  type ReadinessRecord,
  readinessChange,
  sayChange,
} from '../../recovery/readiness/record.ts';
import type { Invocation } from '../deps.ts';
import { openResponse, type ResponseContext } from '../response/context.ts';
import { tell } from '../tell.ts';
import { type Installed, readSight } from './sight.ts';

/** A schedule wakes it, and gives it nothing. */
export const readinessInput = v.unknown();

/**
 * Checks each plan that is due, one after another, writes what was found into the ledger, and tells people and machines what became bad
 * and what is well again: not each time, but when it changes.
 */
export async function readiness(_input: unknown, invocation: Invocation): Promise<object> {
  const { deps } = invocation;
  const context = openResponse(invocation, { now: new Date(deps.clock.nowMs()).toISOString() });
  const installed = installedBy(deps.environment);
  const plans = [...deps.plans.values()].filter(({ regions }) => regions.recovery === context.access.region);
  let checked = 0;
  for (const plan of plans) {
    if (deps.clock.nowMs() >= context.access.stopAtMs) {
      deps.log('warn', `${plan.plan} and what comes after it wait for the next wake-up`, {});
      break;
    }
    const refusal = await check(context, plan, installed);
    if (refusal === undefined) checked += 1;
    else if (typeof refusal !== 'string') deps.log('error', sayRefusal(refusal), { plan: plan.plan });
  }
  return { plans: plans.length, checked };
}

function installedBy(environment: Readonly<Record<string, string | undefined>>): Installed {
  const present = (...names: readonly string[]) => names.flatMap((name) => environment[name] || []);
  return {
    documents: present('LIFEBOAT_DOCUMENT_MOUNT', 'LIFEBOAT_DOCUMENT_PROBE'),
    topics: present('LIFEBOAT_TOPIC'),
  };
}

/** A recovery or drill under way changes what is looked at: nothing is said of a plan meanwhile. */
async function check(
  context: ResponseContext,
  plan: Plan,
  installed: Installed,
): Promise<Refusal | 'busy' | 'early' | undefined> {
  const { access, ledger } = context;
  const [active, incident, last] = await Promise.all([
    ledger.read(ledgerKeys.active(plan.plan)),
    ledger.read(ledgerKeys.incident(plan.plan)),
    ledger.read(ledgerKeys.readiness(plan.plan)),
  ]);
  if (!active.ok) return active;
  if (!incident.ok) return incident;
  if (!last.ok) return last;
  const holder = active.value?.value as ActiveRecord | undefined;
  if (holder && !holder.releasedAt) return 'busy';
  const at = context.now();
  const before = last.value?.value as ReadinessRecord | undefined;
  const isIncident = (incident.value?.value as IncidentRecord | undefined)?.incident !== undefined;
  if (!isDue(before, plan, at, { isIncident })) return 'early';
  const findings = readinessOf(plan, await readSight(access, plan, at, installed));
  const change = readinessChange(before, findings, { isIncident });
  const isHeard = await announce(context, plan, change, findings);
  // What nobody could be told is told at the next check.
  const told = isHeard ? change.told : (before?.told ?? []);
  const record: ReadinessRecord = { at, planHash: plan.hash, findings, told };
  const written = await ledger.write(ledgerKeys.readiness(plan.plan), record);
  return written.ok ? undefined : written;
}

/** Whether people know. */
async function announce(
  context: ResponseContext,
  plan: Plan,
  change: ReadinessChange,
  findings: readonly ReadinessFinding[],
): Promise<boolean> {
  const { worse, mended } = change;
  if (worse.length === 0 && mended.length === 0) return true;
  const bad = [...new Set(findings.flatMap(({ name, status }) => (status === 'bad' ? [name] : [])))];
  const untold = await tell(context, 'Readiness Changed', {
    plan: plan.plan,
    ready: bad.length === 0,
    bad,
    mended: [...mended],
    reason: sayChange(plan.plan, change),
    unblock: bad.length === 0 ? null : `lifeboat check ${plan.plan} --aws`,
  });
  return untold.people === undefined;
}
