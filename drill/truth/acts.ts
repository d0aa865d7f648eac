import type { RecoveryKind } from '../../recovery/terms.ts';
import type { InvocationRecord } from '../../simulator/lambda/function.ts';
import type { Call, ServiceName } from '../../simulator/service.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Target } from './targets.ts';

/** A call that may change something, with what it asked for; whether AWS accepted it stands in the transcript. */
export interface Act {
  readonly atMs: number;
  readonly requestId: string;
  readonly service: ServiceName;
  readonly region: string;
  readonly operation: string;
  readonly callerArn: string;
  /** Each invocation of a function has one of its own. */
  readonly accessKeyId: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What it would change, and whose that was. */
  readonly targets: readonly Target[];
}

const reads = /^(Describe|Get|List|Head|Assume)/;

/** What a call does, as an act; undefined for one that only looks, and for the ledger's own reads and writes. */
export function actOf(call: Call, input: unknown, atMs: number): Omit<Act, 'targets'> | undefined {
  const { service, region, operation, requestId, caller } = call;
  if (service === 's3' || reads.test(operation)) return undefined;
  return {
    atMs,
    requestId,
    service,
    region,
    operation,
    callerArn: caller.arn,
    accessKeyId: caller.accessKeyId,
    input: input as Act['input'],
  };
}

/** Every text in a value, however deep it lies. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  return Object.values(value).flatMap(textsIn);
}

/** The tags that a call creates something with, under whichever of AWS's names it carries them. */
export function tagsIn({ input }: Act): Readonly<Record<string, string>> {
  const lists = [input['Tags'], ...listOf(input['TagSpecifications']).map(({ Tags }) => Tags)];
  return Object.fromEntries(lists.flatMap(listOf).map(({ Key, Value }) => [String(Key), String(Value)]));
}

export function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value : [];
}

/** Whose machine a function belongs to, by the name of its role's session; undefined for one that serves both, and for people. */
export function kindOfCaller({ callerArn }: Pick<Act, 'callerArn'>): RecoveryKind | undefined {
  const name = callerArn.slice(callerArn.lastIndexOf('/') + 1);
  if (/-drill[A-Z]\w*$/.test(name)) return 'drill';
  return /-failover[A-Z]\w*$/.test(name) ? 'failover' : undefined;
}

/** Whether a person called, with credentials of their own. */
export function isPerson({ callerArn }: Pick<Act, 'callerArn'>): boolean {
  return /:user\/[^/]+$/.test(callerArn);
}

/** Names an invocation that is made a second time, so that its run is known to be that of the first. */
export function twinOf({ requestId }: Pick<InvocationRecord, 'requestId'>): string {
  return `${twinPrefix}${requestId}`;
}

const twinPrefix = 'second/';

/** Which invocation made a call, for all Regions; a second one is told as what the first one was. */
export function invocationsByKey(sim: Simulator): ReadonlyMap<string, InvocationRecord> {
  const all = sim.regions.flatMap(({ lambda }) => lambda.invocations);
  const subjects = new Map(all.map(({ requestId, subject }) => [requestId, subject]));
  return new Map(
    all.map((each) => {
      const { accessKeyId, subject } = each;
      const first = subject.startsWith(twinPrefix)
        ? subjects.get(subject.slice(twinPrefix.length))
        : undefined;
      return [accessKeyId, first === undefined ? each : { ...each, subject: first }];
    }),
  );
}

/** The execution that invoked a function, by its ARN; what an event or a schedule invoked has none. */
export function executionArnOf({ subject }: InvocationRecord): string | undefined {
  return subject.startsWith('arn:aws:states:') ? subject.split('/', 1)[0] : undefined;
}
