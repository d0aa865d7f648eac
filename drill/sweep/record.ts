import type { Call } from '../../simulator/service.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Aim } from './case.ts';
import { Counter } from './names.ts';

/** A call of the undisturbed run. */
export interface RecordedCall {
  readonly aim: Aim;
  readonly call: Call;
  readonly input: unknown;
  /** What was asked, without the dates and counts that differ between two looks at the same thing. */
  readonly asked: string;
}

/** An invocation of the undisturbed run, with its calls in their order. */
export interface RecordedInvocation {
  readonly aim: Aim;
  readonly requestId: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly calls: readonly RecordedCall[];
  /** What it did, word for word: two that say the same saw the same and did the same. */
  readonly did: string;
}

/** What an undisturbed run consists of. */
export interface Recording {
  readonly invocations: readonly RecordedInvocation[];
  /** Calls that AWS made itself in our name, such as a rule that starts an execution. */
  readonly others: readonly RecordedCall[];
  /** When the answer to each call was back, by its request. */
  readonly answeredAtMs: ReadonlyMap<string, number>;
}

/** How large a run is, and how many of its invocations differ. */
export function countsOf({ invocations, others }: Recording) {
  const calls = invocations.reduce((sum, invocation) => sum + invocation.calls.length, others.length);
  return {
    calls,
    invocations: invocations.length,
    distinct: new Set(invocations.map(({ did }) => did)).size,
  };
}

/** Takes down every call and every invocation of a run from now on; `end` gives them back. */
export function takeDown(sim: Simulator, region: string): { readonly end: () => Recording } {
  const counter = new Counter();
  const calls: RecordedCall[] = [];
  const invoked: { readonly aim: Aim; readonly requestId: string; readonly accessKeyId: string }[] = [];
  sim.faults.push((call, input) => {
    calls.push({ aim: counter.call(call), call, input, asked: askedOf(call, input) });
    return undefined;
  });
  const { lambda } = sim.region(region);
  lambda.faults.push((invocation) => {
    const { requestId, accessKeyId } = invocation;
    invoked.push({ aim: counter.invocation(invocation), requestId, accessKeyId });
    return undefined;
  });
  return {
    end: () => {
      const times = new Map(lambda.invocations.map((each) => [each.requestId, each]));
      const keys = new Set(invoked.map(({ accessKeyId }) => accessKeyId));
      return {
        invocations: invoked.map(({ aim, requestId, accessKeyId }) => {
          const own = calls.filter(({ call }) => call.caller.accessKeyId === accessKeyId);
          const did = [aim.target, ...own.map(({ asked }) => asked)].join('\n');
          const { startedAtMs = 0, endedAtMs = startedAtMs } = times.get(requestId) ?? {};
          return { aim, requestId, startedAtMs, endedAtMs, calls: own, did };
        }),
        others: calls.filter(({ call }) => !keys.has(call.caller.accessKeyId)),
        answeredAtMs: new Map(
          sim.transcript.map(({ requestId, endedAtMs }) => [requestId, endedAtMs ?? Number.NaN]),
        ),
      };
    },
  };
}

/**
 * A request as text. Dates, how often a step was called, nonces and versions of records, measured values and seconds of a
 * sentence are left out: they are what differs between two looks of which the second found nothing new. What a step has seen
 * and remembered stands in the record that it writes, and so in its requests.
 */
function askedOf({ service, operation, region }: Call, input: unknown): string {
  const text = JSON.stringify(input, (name, value: unknown) => {
    if (name === 'IfMatch' || name === 'IfNoneMatch') return name;
    return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
  });
  return `${service}:${operation} ${region} ${text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'date')
    .replace(/\\?"(attempts|nonce)\\?":(\d+|\\?"[^"]*")/g, '$1')
    .replace(/\d+\.\d+/g, 'measured')
    .replace(/\b\d+ s\b/g, 'seconds')}`;
}
