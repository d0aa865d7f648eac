import * as v from 'valibot';
import type { Instant } from '../terms.ts';
import type { Envelope, Unread } from './envelope.ts';
import { count, instant, objectInText, text } from './lenient.ts';

/** An execution of a state machine began or ended (Step Functions Developer Guide, "EventBridge integration"). */
export interface ExecutionEvent {
  readonly kind: 'execution';
  readonly executionArn: string;
  readonly machineArn: string;
  readonly name: string;
  /** `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`. */
  readonly status: string;
  readonly startedAt?: Instant;
  readonly stoppedAt?: Instant;
  readonly error?: string;
  readonly cause?: string;
  /** From the input, or from the name where the input was too large for the event. */
  readonly recovery?: string;
  readonly run?: number;
  readonly plan?: string;
}

const schema = v.object({
  executionArn: v.string(),
  stateMachineArn: v.string(),
  name: v.string(),
  status: v.string(),
  startDate: v.optional(instant),
  stopDate: v.optional(instant),
  error: text,
  cause: text,
  input: objectInText,
});
const inputSchema = v.object({ plan: text, recovery: text, run: count });

/** Reads a change of an execution's status. */
export function readExecution({ detail }: Envelope): ExecutionEvent | Unread {
  const result = v.safeParse(schema, detail);
  if (!result.success)
    return { kind: 'other', why: 'a change of an execution that does not tell which one, or its status' };
  const { executionArn, stateMachineArn, name, status, startDate, stopDate, error, cause } = result.output;
  const given = v.parse(inputSchema, result.output.input ?? {});
  const [, namedRecovery, namedRun] = /^(.+)-r(\d+)$/.exec(name) ?? [];
  const recovery = given.recovery ?? namedRecovery;
  const run = given.run ?? (namedRun === undefined ? undefined : Number(namedRun));
  return {
    kind: 'execution',
    executionArn,
    machineArn: stateMachineArn,
    name,
    status,
    ...(startDate !== undefined && { startedAt: startDate }),
    ...(stopDate !== undefined && { stoppedAt: stopDate }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    ...(recovery !== undefined && { recovery }),
    ...(run !== undefined && { run }),
    ...(given.plan !== undefined && { plan: given.plan }),
  };
}
