import { randomBytes } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Plan } from '../recovery/plan/plan.ts';
import type { Clock } from './clock.ts';
import type { Deps, Entropy } from './deps.ts';
import type { Handler, LambdaContext, Provide } from './lambda.ts';
import type { Reach } from './reach.ts';

/**
 * The real entry point: the one place that reads the wall clock, the operating system's chance and the process. Nothing
 * here is built before the first invocation, so that importing a function does nothing.
 */
export function live(make: (provide: Provide) => Handler): Handler {
  let deps: Deps | undefined;
  const provide: Provide = (context) => {
    deps ??= liveDeps();
    return { deps, deadlineMs: deps.clock.nowMs() + remainingMs(context) };
  };
  return make(provide);
}

function remainingMs(context: LambdaContext): number {
  const remaining = (context as { getRemainingTimeInMillis?: () => number }).getRemainingTimeInMillis;
  return remaining ? remaining() : 30_000;
}

/** What an operator's command needs on AWS: the usual chain of credentials, and time and chance as they are. */
export function liveOperatorDeps(endpoint?: string): Pick<Deps, 'clock' | 'entropy' | 'transport'> {
  const requestHandler = new NodeHttpHandler({ connectionTimeout: 2000 });
  return {
    clock: liveClock,
    entropy: liveEntropy,
    transport: { requestHandler, ...(endpoint !== undefined && { endpoint }) },
  };
}

const liveEntropy: Entropy = {
  hex: (_name, _subject, digits) =>
    randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits),
};

function liveDeps(): Deps {
  return {
    clock: liveClock,
    entropy: liveEntropy,
    environment: process.env,
    plans: readPlans(),
    reach: liveReach,
    log: (level, message, fields) =>
      process.stdout.write(`${JSON.stringify({ level, message, ...fields })}\n`),
    // One handler for all clients of the process: connections outlive the clients, which are made for each invocation.
    transport: { requestHandler: new NodeHttpHandler({ connectionTimeout: 2000 }) },
  };
}

const liveClock: Clock = {
  nowMs: () => Date.now(),
  after: (ms, fire) => {
    const timer = setTimeout(fire, ms);
    return () => clearTimeout(timer);
  },
};

/** The plans that were compiled into the bundle: a recovery looks nothing up that a dead Region could take along. */
function readPlans(): ReadonlyMap<string, Plan> {
  const plans = JSON.parse(readFileSync(new URL('plans.json', import.meta.url), 'utf8')) as readonly Plan[];
  return new Map(plans.map((plan) => [plan.plan, plan]));
}

const liveReach: Reach = {
  get: async (url, timeoutSeconds) => {
    try {
      const response = await fetch(url, {
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
        redirect: 'manual',
      });
      return { status: response.status, body: (await response.text()).slice(0, 2000) };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return { failed: cause instanceof Error ? cause.message : String(cause) };
    }
  },
  resolve: async (name, type) => {
    try {
      const records = await new Resolver({ timeout: 3000, tries: 1 }).resolve(name, type);
      return {
        values: [records].flat().map((record) => (Array.isArray(record) ? record.join('') : String(record))),
      };
    } catch (error) {
      return { failed: error instanceof Error ? error.message : String(error) };
    }
  },
};
