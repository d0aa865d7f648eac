import * as v from 'valibot';
import { InvalidInput } from '../../recovery/errors.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { Instant } from '../../recovery/terms.ts';
import type { Access } from '../access.ts';
import { dateFrom, type StateTime } from '../clock.ts';
import type { Deps, Invocation } from '../deps.ts';
import { type Ledger, openLedger } from '../ledger.ts';

/** What the functions around a recovery work with: those that watch, decide and look after it. */
export interface ResponseContext {
  readonly access: Access;
  readonly ledger: Ledger;
  readonly deps: Deps;
  readonly topicArn: string;
  /** The date now: the event's, plus what has elapsed in this invocation. */
  now(): Instant;
}

const schema = v.object({
  AWS_REGION: v.pipe(v.string(), v.nonEmpty()),
  LIFEBOAT_LEDGER: v.pipe(v.string(), v.nonEmpty()),
  LIFEBOAT_TOPIC: v.optional(v.string(), ''),
});

/** No call is started after this share of the invocation's time. */
const workingShare = 0.6;

/** @throws InvalidInput when the stack has not told the function where it is */
export function openResponse({ deps, deadlineMs }: Invocation, entered: StateTime): ResponseContext {
  const environment = v.safeParse(schema, deps.environment);
  if (!environment.success) {
    const issue = environment.issues[0];
    throw new InvalidInput(`environment variable ${issue.path?.[0]?.key ?? ''}: ${issue.message}`);
  }
  const { AWS_REGION: region, LIFEBOAT_LEDGER: bucket, LIFEBOAT_TOPIC: topicArn } = environment.output;
  const beganMs = deps.clock.nowMs();
  const access: Access = {
    region,
    clock: deps.clock,
    stopAtMs: beganMs + workingShare * (deadlineMs - beganMs),
    transport: deps.transport,
  };
  return {
    access,
    ledger: openLedger({ ...access, stopAtMs: deadlineMs }, bucket),
    deps,
    topicArn,
    now: dateFrom(deps.clock, entered),
  };
}

/** @throws InvalidInput when the deployment has no such plan */
export function planNamed(deps: Deps, name: string): Plan {
  const plan = deps.plans.get(name);
  if (!plan) throw new InvalidInput(`there is no plan ${name} in this deployment`);
  return plan;
}
