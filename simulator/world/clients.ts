import { Resolver } from '../dns/resolver.ts';
import { type RecordType, recordTypes } from '../route53/state.ts';
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { answerOf, type Destination, destinationOf } from './answering.ts';
import { worldOf } from './placed.ts';

/** A request that came to nothing: why, in a few words. */
export interface Failed {
  readonly failed: string;
}

export interface HttpClient {
  /** GETs a URL; an error is a value. A silent server costs the whole time-out, a refusal only the way there and back. */
  get(
    url: string,
    options: { readonly timeoutSeconds: number },
  ): Promise<{ readonly status: number; readonly body: string } | Failed>;
}

export interface DnsClient {
  /** What the resolver of the vantage point says, from its cache or from the name servers. */
  resolve(
    name: string,
    type: string,
  ): Promise<{ readonly values: readonly string[]; readonly ttlSeconds: number } | Failed>;
}

/**
 * How code that runs in a Region reaches the world outside AWS's APIs. All askers of a Region share its resolver's cache;
 * `asker` names this one, so that its latencies are its own, such as the access key of an invocation.
 */
export function clientsFrom(
  sim: Simulator,
  from: RegionName,
  asker: string,
): { readonly http: HttpClient; readonly dns: DnsClient } {
  const latencyMs = (path: string, subject: string) => sim.draws.sample(path, `${asker}/${subject}`) * 1000;
  return {
    http: { get: (url, { timeoutSeconds }) => request(sim, from, url, timeoutSeconds, latencyMs) },
    dns: {
      resolve: async (name, type) => {
        if (!isRecordType(type)) return { failed: `no resolver asks for ${type}` };
        if (worldOf(sim).silentRegions.has(from)) return { failed: `${from} is cut off` };
        const resolution = resolverOf(sim, from).resolve(name, type);
        if (!resolution.fromCache) await sim.clock.sleep(latencyMs('api.dns', name));
        const records = resolution.records.filter((record) => record.type === type);
        if (records.length === 0) return { failed: `${name} has no ${type} record (${resolution.status})` };
        const ttlSeconds = Math.min(...records.map((record) => record.ttlSeconds));
        return { values: records.map(({ value }) => value), ttlSeconds };
      },
    },
  };
}

async function request(
  sim: Simulator,
  from: RegionName,
  url: string,
  timeoutSeconds: number,
  latencyMs: (path: string, subject: string) => number,
): Promise<{ readonly status: number; readonly body: string } | Failed> {
  const { hostname, port, protocol, pathname } = new URL(url);
  const deadlineMs = sim.clock.nowMs() + timeoutSeconds * 1000;
  const tooLate = { failed: `no answer within ${timeoutSeconds} s` };
  const pass = async (ms: number): Promise<boolean> => {
    const inTime = sim.clock.nowMs() + ms <= deadlineMs;
    await sim.clock.sleep(inTime ? ms : deadlineMs - sim.clock.nowMs());
    return inTime;
  };
  if (worldOf(sim).silentRegions.has(from)) {
    await pass(Number.POSITIVE_INFINITY);
    return tooLate;
  }
  const resolution = resolverOf(sim, from).resolve(hostname, 'A');
  if (!resolution.fromCache && !(await pass(latencyMs('api.dns', hostname)))) return tooLate;
  const destination = destinationOf(sim, resolution);
  const hasAddress = resolution.records.some(({ type }) => type === 'A');
  if (!destination && !hasAddress) return { failed: `${hostname} does not resolve (${resolution.status})` };
  const requestMs = latencyMs('api.http', hostname);
  if (!(await pass(requestMs / 2))) return tooLate;
  const portNumber = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  const outcome = destination
    ? answerOf(sim, destination, portNumber, pathname)
    : ({ kind: 'silence' } as const);
  if (!(await pass(outcome.kind === 'silence' ? Number.POSITIVE_INFINITY : requestMs / 2))) return tooLate;
  return outcome.kind === 'response'
    ? { status: outcome.status, body: outcome.body }
    : { failed: 'connection refused' };
}

const resolvers = new WeakMap<Simulator, Map<string, Resolver>>();

/** The resolver of a Region's networks, or of a single asker; it keeps to TTLs. */
function resolverOf(sim: Simulator, from: string): Resolver {
  const known = resolvers.get(sim) ?? new Map<string, Resolver>();
  resolvers.set(sim, known);
  const resolver = known.get(from) ?? new Resolver(sim, { name: `resolver/${from}`, clientTtlTail: 'never' });
  known.set(from, resolver);
  return resolver;
}

/** Where a name leads an asker that keeps a cache of its own, without the time that asking takes. */
export function resolveFor(sim: Simulator, asker: string, hostname: string): Destination | undefined {
  return destinationOf(sim, resolverOf(sim, asker).resolve(hostname, 'A'));
}

function isRecordType(type: string): type is RecordType {
  return (recordTypes as readonly string[]).includes(type);
}
