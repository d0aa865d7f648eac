import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import type { Verdict } from '../../recovery/deciding/observation.ts';
import {
  type ApprovalRecord,
  executionOf,
  ledgerKeys,
  type PauseRecord,
  type PeriodRecord,
  type RequestRecord,
} from '../../recovery/ledger.ts';
import { type PlanStatus, planStatus, type StatusFacts } from '../../recovery/status.ts';
import type { StepRecord } from '../../recovery/step.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import { stepNames } from '../../recovery/terms.ts';
import { gather, gatherEach } from '../gather.ts';
import { openStates } from '../states.ts';
import type { Operator } from './operator.ts';
import { activeOf, machineOf } from './start.ts';

/** Reads how a plan stands: a look into the ledger and at one execution, which changes nothing. */
export async function readStatus(operator: Operator, plan: string): Promise<Answer<PlanStatus>> {
  const read = reader(operator);
  const seen = await gather({
    recovery: readRecovery(operator, plan),
    brake: read<PauseRecord>(ledgerKeys.brake),
    pause: read<PauseRecord>(ledgerKeys.pause(plan)),
    period: read<PeriodRecord>(ledgerKeys.period(plan)),
    decision: read<Verdict>(ledgerKeys.lastDecision(plan)),
  });
  return mapAnswer(seen, ({ recovery, ...others }) =>
    planStatus({ plan, now: operator.now(), ...recovery, ...others }),
  );
}

type RecoveryFacts = Pick<
  StatusFacts,
  'active' | 'execution' | 'evidence' | 'steps' | 'approvals' | 'requests'
>;

async function readRecovery(operator: Operator, plan: string): Promise<Answer<RecoveryFacts>> {
  const held = await activeOf(operator, plan);
  if (!held.ok) return held;
  const { value: active } = held;
  const nothing = { execution: undefined, evidence: undefined, steps: [], approvals: [], requests: [] };
  if (!active) return { ok: true, value: { active, ...nothing } };
  const { recovery, kind } = active;
  const read = reader(operator);
  const seen = await gather({
    execution: openStates(operator.access).status(machineOf(operator, kind), executionOf(active)),
    evidence: read<RunEvidence>(ledgerKeys.evidence(plan, recovery)),
    steps: gatherEach(
      stepNames.map((name) => [name, read<StepRecord>(ledgerKeys.step(plan, recovery, name))] as const),
    ),
    approvals: readAll<ApprovalRecord>(operator, ledgerKeys.approvals(plan, recovery)),
    requests: readAll<RequestRecord>(operator, ledgerKeys.requests(plan, recovery)),
  });
  return mapAnswer(seen, ({ steps, ...others }) => ({
    active,
    steps: Object.values(steps).flatMap((record) => record ?? []),
    ...others,
  }));
}

function reader({ ledger }: Operator) {
  return async <T>(key: string): Promise<Answer<T | undefined>> =>
    mapAnswer(await ledger.read(key), (entry) => entry?.value as T | undefined);
}

/** The records below a prefix. The name of a key, which the bucket's policy guards, says who wrote it, never its body. */
async function readAll<T extends { readonly principal: string }>(
  operator: Operator,
  prefix: string,
): Promise<Answer<readonly T[]>> {
  const keys = await operator.ledger.list(prefix);
  if (!keys.ok) return keys;
  const read = reader(operator);
  const records = await gatherEach(keys.value.map((key) => [key, read<T>(key)] as const));
  return mapAnswer(records, (found) =>
    Object.entries(found).flatMap(([key, record]) =>
      record ? [{ ...record, principal: key.slice(prefix.length).replace(/\.json$/, '') }] : [],
    ),
  );
}
