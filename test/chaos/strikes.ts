import { AwsError } from '../../simulator/errors.ts';
import type { Json } from '../../simulator/json.ts';
import type { LambdaInterference } from '../../simulator/lambda/lambda.ts';
import type { Call, ServiceName } from '../../simulator/service.ts';
import type { Interference } from '../../simulator/simulator.ts';
import { faults } from '../../simulator/world/faults.ts';
import type { Stage } from './struck.ts';

/** Something that breaks in a world. */
export type Breaks = (stage: Stage) => void;

/** Breaks several things at once. */
export function all(...each: readonly Breaks[]): Breaks {
  return (stage) => {
    for (const breaks of each) breaks(stage);
  };
}

/** A fault of the world, by its name. */
export function worldFault(name: string): Breaks {
  return ({ sim, world }) => faults[name]!.apply(sim, world);
}

/** Interferes with calls to AWS, those of the workflow's own engine left out; `elapsed` counts seconds from the start. */
export function calls(
  interfere: (call: Call, input: unknown, stage: Stage, elapsed: number) => Interference | undefined,
): Breaks {
  return (stage) => {
    const { sim } = stage;
    const startMs = sim.clock.nowMs();
    sim.faults.push((call, input) =>
      call.service === 'states'
        ? undefined
        : interfere(call, input, stage, (sim.clock.nowMs() - startMs) / 1000),
    );
  };
}

/** A share of all calls that meet `applies`, drawn for each. */
export function someCalls(
  share: number,
  interference: Interference,
  applies: (call: Call) => boolean = () => true,
): Breaks {
  return calls((call, _input, stage) =>
    applies(call) && chance(stage, share, `${call.caller.accessKeyId}/${call.operation}`)
      ? interference
      : undefined,
  );
}

/** The first calls of an operation. */
export function firstCalls(operation: string, count: number, interference: Interference): Breaks {
  let seen = 0;
  return calls((call) => (call.operation === operation && seen++ < count ? interference : undefined));
}

/** All calls to a service, or to every service, from one second to another. */
export function outage(
  service: ServiceName | 'all',
  fromSeconds: number,
  toSeconds: number,
  interference: Interference,
): Breaks {
  return calls((call, _input, _stage, elapsed) =>
    (service === 'all' || call.service === service) && elapsed >= fromSeconds && elapsed < toSeconds
      ? interference
      : undefined,
  );
}

/** Interferes with invocations of the steps' functions. */
export function invocations(
  interfere: (step: string, subject: string, stage: Stage) => LambdaInterference | undefined,
): Breaks {
  return (stage) => {
    stage.region.lambda.faults.push(({ requestId }, event) => interfere(stepOf(event), requestId, stage));
  };
}

export function stepOf(event: Json): string {
  return String((event as { readonly step?: Json }).step);
}

/** Something that happens so many seconds after the start. */
export function later(seconds: number, happens: Breaks): Breaks {
  return (stage) => {
    stage.sim.clock.after(seconds * 1000, () => happens(stage));
  };
}

export function chance({ sim }: Stage, share: number, subject: string): boolean {
  return sim.draws.chance(share, 'chaos', subject);
}

export function refusal(code: string, httpStatus = 400, message = 'struck'): Interference {
  return { kind: 'error', error: new AwsError(code, message, httpStatus) };
}

/** Whether a call changes something. */
export function changes({ operation }: Call): boolean {
  return !/^(Describe|Get|List|Head)/.test(operation);
}
