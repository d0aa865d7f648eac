import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { type Answer, mapAnswer, type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { recoveryName } from '../../recovery/identity.ts';
import { type LastDrill, ledgerKeys, type PracticeRecord } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import {
  cronOf,
  type DrillSchedule,
  dueBefore,
  occasionOf,
  practiceNamespace,
} from '../../recovery/practice/schedules.ts';
import { commandFor, type Finding, findings, lastFor } from '../../recovery/practice/standing.ts';
import { type Instant, type RecoveryScope, recoveryScopes } from '../../recovery/terms.ts';
import { type Access, openClient } from '../access.ts';
import { call } from '../call.ts';
import { gatherEach } from '../gather.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { ResponseContext } from '../response/context.ts';
import { tell } from '../tell.ts';

/** What was found about one plan. */
interface Looked {
  readonly plan: string;
  readonly found: readonly Finding[];
}

/**
 * Compares what the schedules of each plan promised with the drills that the ledger knows, writes `Overdue` and `Failed` to
 * CloudWatch for each plan, and tells people once of each finding. It rests on nothing that could have lost a drill: no
 * event, no schedule's own record, no execution.
 * @throws Error when a plan could not be looked at or measured: silence must not look like practice
 */
export async function lookAtPractice(context: ResponseContext): Promise<object> {
  // Each plan is practised by the stack in its own recovery Region, which alone knows its drills.
  const plans = [...context.deps.plans.values()].filter(
    ({ drill, regions }) =>
      regions.recovery === context.access.region && drillsOf(drill.schedules).length > 0,
  );
  const looked = await Promise.all(plans.map((plan) => look(context, plan)));
  const refusals = looked.filter((each): each is Refusal => !('plan' in each));
  const seen = looked.filter((each): each is Looked => 'plan' in each);
  const measured = seen.length === 0 ? undefined : await measure(context.access, seen, context.now());
  if (measured && !measured.ok) refusals.push(measured);
  if (refusals.length > 0)
    throw new Error(`practice could not be looked at: ${[...new Set(refusals.map(sayRefusal))].join('; ')}`);
  return { plans: plans.length, findings: seen.flatMap(({ found }) => found).length };
}

function drillsOf(schedules: Plan['drill']['schedules']): readonly DrillSchedule[] {
  return schedules.filter((schedule) => schedule !== 'yearly');
}

interface Known {
  readonly promises: PracticeRecord['promises'];
  readonly record: LedgerEntry | undefined;
  readonly ended: Readonly<Partial<Record<RecoveryScope, LastDrill>>>;
  readonly opened: Readonly<Record<string, boolean>>;
}

async function look(context: ResponseContext, plan: Plan): Promise<Looked | Refusal> {
  const now = context.now();
  const known = await read(context, plan, now);
  if (!known.ok) return known;
  const { promises, ended, opened } = known.value;
  const found = drillsOf(plan.drill.schedules).flatMap((schedule) =>
    findings(
      plan,
      schedule,
      {
        since: promises[schedule]?.since ?? now,
        last: lastFor(schedule, ended),
        isOpened: opened[schedule] ?? false,
      },
      now,
    ),
  );
  const refused = await keepAndTell(context, plan, known.value, found);
  return refused ?? { plan: plan.plan, found };
}

async function read({ ledger }: ResponseContext, plan: Plan, now: Instant): Promise<Answer<Known>> {
  const due = drillsOf(plan.drill.schedules).flatMap((schedule) => {
    const at = dueBefore(occasionOf(plan, schedule), now);
    return at === undefined ? [] : [[schedule, recoveryName(plan.plan, 'drill', at)] as const];
  });
  const entries = await gatherEach([
    ['record', ledger.read(ledgerKeys.practice(plan.plan))],
    ...recoveryScopes.map((scope) => [scope, ledger.read(ledgerKeys.lastDrill(plan.plan, scope))] as const),
    ...due.map(
      ([schedule, recovery]) => [schedule, ledger.read(ledgerKeys.opened(plan.plan, recovery))] as const,
    ),
  ]);
  return mapAnswer(entries, (found) => {
    const before = found['record']?.value as PracticeRecord | undefined;
    const last = (scope: RecoveryScope) => {
      const value = found[scope]?.value as LastDrill | undefined;
      return value && { [scope]: value };
    };
    return {
      promises: promisesOf(plan, before, now),
      record: found['record'],
      ended: { ...last('full'), ...last('restore') },
      opened: Object.fromEntries(due.map(([schedule]) => [schedule, found[schedule] !== undefined])),
    };
  });
}

/** A schedule that is new, or whose time has changed, promises from now on: what was due before was not its promise. */
function promisesOf(
  plan: Plan,
  before: PracticeRecord | undefined,
  now: Instant,
): PracticeRecord['promises'] {
  return Object.fromEntries(
    drillsOf(plan.drill.schedules).map((schedule) => {
      const expression = `${cronOf(occasionOf(plan, schedule))} ${plan.drill.timeZone}`;
      const known = before?.promises[schedule];
      return [schedule, known?.expression === expression ? known : { expression, since: now }];
    }),
  );
}

/**
 * Writes down what stands, where it differs from before, and tells people what is new. Of two looks at once, the one that
 * wrote tells.
 */
async function keepAndTell(
  context: ResponseContext,
  plan: Plan,
  { promises, record }: Known,
  found: readonly Finding[],
): Promise<Refusal | undefined> {
  const { ledger, deps } = context;
  const before = record?.value as PracticeRecord | undefined;
  const told = [...new Set(found.map(({ key }) => key))];
  const isSame = JSON.stringify([before?.promises, before?.told]) === JSON.stringify([promises, told]);
  if (isSame) return undefined;
  const nonce = deps.entropy.hex('practice', `${plan.plan} ${context.now()}`, 16);
  const kept: PracticeRecord = { nonce, promises, told };
  const claimed = await ledger.claim(ledgerKeys.practice(plan.plan), kept, record);
  if (!claimed.ok) return claimed;
  if (!claimed.value.won) return undefined;
  const news = told.filter((key) => !before?.told.includes(key));
  for (const key of news) {
    const finding = found.find((each) => each.key === key);
    if (!finding) continue;
    await tell(context, 'Practice Lapsed', {
      plan: plan.plan,
      schedule: finding.schedule,
      finding: finding.kind,
      reason: finding.says,
      unblock: `${commandFor(plan.plan, finding.schedule)} starts one now`,
    });
  }
  return undefined;
}

/** At most 500 plans at once (CloudWatch API Reference, PutMetricData: 1,000 metrics a request). */
function measure(access: Access, looked: readonly Looked[], now: Instant): Promise<Answer<unknown>> {
  // Compression is asynchronous in a way that a simulated clock does not see, and a few samples need none.
  const client = openClient(CloudWatchClient, access, access.region, { disableRequestCompression: true });
  const MetricData = looked.flatMap(({ plan, found }) =>
    (['overdue', 'failed'] as const).map((kind) => ({
      MetricName: metricNames[kind],
      Dimensions: [{ Name: 'Plan', Value: plan }],
      Timestamp: new Date(now),
      Value: found.some((finding) => finding.kind === kind) ? 1 : 0,
      Unit: 'Count' as const,
    })),
  );
  return call(
    access,
    'cloudwatch:PutMetricData',
    (abortSignal) =>
      client.send(new PutMetricDataCommand({ Namespace: practiceNamespace, MetricData }), { abortSignal }),
    { repeatUnknown: true },
  );
}

const metricNames: Readonly<Record<Finding['kind'], string>> = { overdue: 'Overdue', failed: 'Failed' };
