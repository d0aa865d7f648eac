import type { Answer } from '../../recovery/answer.ts';
import type { Turn, Verdict } from '../../recovery/deciding/observation.ts';
import { type FirstPlan, recoveryAwaited, turnOf } from '../../recovery/deciding/turn.ts';
import { type ActiveRecord, type IncidentRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { gather, gatherEach } from '../gather.ts';
import type { ResponseContext } from './context.ts';

/** How each plan stands that this one comes after, by its records in the ledger. */
export async function readTurns(context: ResponseContext, plan: Plan): Promise<Answer<readonly Turn[]>> {
  const read = await gatherEach(plan.after.map((name) => [name, readFirst(context, name)] as const));
  if (!read.ok) return read;
  const turns = plan.after.map((name) =>
    turnOf(name, context.deps.plans.get(name), read.value[name] ?? {}, context.now()),
  );
  return { ok: true, value: turns };
}

async function readFirst({ ledger }: ResponseContext, name: string): Promise<Answer<FirstPlan>> {
  const read = await gather({
    incident: ledger.read(ledgerKeys.incident(name)),
    active: ledger.read(ledgerKeys.active(name)),
    last: ledger.read(ledgerKeys.lastDecision(name)),
  });
  if (!read.ok) return read;
  const { incident, active, last } = read.value;
  const known: FirstPlan = {
    incident: (incident?.value as IncidentRecord | undefined)?.incident,
    active: active?.value as ActiveRecord | undefined,
    last: last?.value as Verdict | undefined,
  };
  const recovery = recoveryAwaited(known);
  if (!recovery) return { ok: true, value: known };
  const evidence = await ledger.read(ledgerKeys.evidence(name, recovery));
  if (!evidence.ok) return evidence;
  return { ok: true, value: { ...known, concluded: evidence.value?.value as FirstPlan['concluded'] } };
}
