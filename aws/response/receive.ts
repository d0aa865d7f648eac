import * as v from 'valibot';
import { type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import { inOrder } from '../../recovery/plan/order.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { type HealthRecord, isKept, joinHealth } from '../../recovery/signals/health.ts';
import { parseEvent, plansConcerned } from '../../recovery/signals/parse.ts';
import type { Invocation } from '../deps.ts';
import { openResponse, type ResponseContext } from './context.ts';

/** What the response machine gives: its own input, which is empty at the minute's wake-up, and the date. */
export const receiveInput = v.object({
  input: v.record(v.string(), v.unknown()),
  now: v.pipe(v.string(), v.isoTimestamp()),
  retries: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

/** The kept Health events of a plan, as they lie in the ledger. */
export interface KeptHealth {
  readonly nonce: string;
  readonly records: readonly HealthRecord[];
}

type HealthEvent = Extract<ReturnType<typeof parseEvent>, { readonly kind: 'health' }>;

/** Ledger writes of two events that arrive together meet; each is tried again on what the other wrote. */
const attemptsMax = 5;

/**
 * Takes in what woke the machine and says which plans are to be looked at, in the order of their tiers. An event is only a
 * wake-up: what it says is read again from its source. AWS Health alone cannot be read again, so its events are kept.
 */
export async function receive(
  { input, ...entered }: v.InferOutput<typeof receiveInput>,
  invocation: Invocation,
): Promise<object> {
  const { deps } = invocation;
  const context = openResponse(invocation, entered);
  // The bundles carry every plan of the repository: one that recovers elsewhere is another stack's to decide about.
  const plans = [...deps.plans.values()].filter(({ regions }) => regions.recovery === context.access.region);
  if (input['event'] === undefined) return { plans: inOrder(plans).map(({ plan }) => plan) };
  const parsed = parseEvent(input['event']);
  const concerned = plansConcerned(plans, parsed);
  deps.log('info', `received ${parsed.kind}`, { plans: concerned });
  if (parsed.kind === 'health') {
    const refusals = await Promise.all(
      plans.filter((plan) => isKept(plan, parsed)).map((plan) => keep(context, plan, parsed)),
    );
    const refusal = refusals.find((each) => each !== undefined);
    // The machine tries again, and EventBridge keeps what cannot be taken in at all in its dead-letter queue.
    if (refusal) throw new Error(`a Health event could not be kept: ${sayRefusal(refusal)}`);
  }
  return { plans: concerned };
}

async function keep(context: ResponseContext, plan: Plan, event: HealthEvent): Promise<Refusal | undefined> {
  const { ledger, deps } = context;
  const key = ledgerKeys.health(plan.plan);
  let last: Refusal | undefined;
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const found = await ledger.read(key);
    if (!found.ok) return found;
    const before = (found.value?.value as KeptHealth | undefined)?.records ?? [];
    const records = joinHealth(before, event, context.now());
    const nonce = deps.entropy.hex('health', `${plan.plan} ${event.communicationId} ${attempt}`, 16);
    const kept = await ledger.claim(key, { nonce, records } as KeptHealth, found.value);
    if (kept.ok && kept.value.won) return undefined;
    last = kept.ok ? overtaken : kept;
  }
  return last;
}

const overtaken: Refusal = {
  ok: false,
  kind: 'conflict',
  code: 'Overtaken',
  message: 'others wrote it each time',
  asked: 's3:PutObject',
};
