import { Readable } from 'node:stream';
import type { ServiceName } from '../../../simulator/service.ts';
import { Connection, type Simulator } from '../../../simulator/simulator.ts';
import {
  type DecodedCall,
  type WireRequest,
  type WireResponse,
  WireServer,
} from '../../../simulator/wire/server.ts';

/** One call of deployed code as it went over the wire, and what the simulator answered. */
export interface Exchange {
  readonly service: ServiceName;
  readonly region: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly answer: WireResponse;
}

/** What a simulated account was asked from the moment that the recording began. */
export interface Recording {
  /** In the order in which they were answered; what was never answered is not among them. */
  exchanges(): Promise<readonly Exchange[]>;
}

interface Heard {
  readonly request: WireRequest;
  readonly answer: WireResponse;
}

/** Writes down each call that an SDK client makes over a connection opened from now on. */
export function record(sim: Simulator): Recording {
  const heard: Heard[] = [];
  sim.connect = () =>
    new Connection(async (request) => {
      const answer = await sim.dispatch(request);
      // What a stream holds is the caller's to read; its shape is that of any stream. And the client of S3 puts a stream of
      // its own in the place of the body that it was given.
      const body = answer.body instanceof Uint8Array ? answer.body : new Uint8Array();
      heard.push({ request, answer: { ...answer, body } });
      return answer;
    });
  return { exchanges: () => Promise.all(heard.map(read)) };
}

/** Reads a request as the simulator did. */
async function read({ request, answer }: Heard): Promise<Exchange> {
  let call: DecodedCall | undefined;
  const reader = new WireServer(async (decoded) => {
    call = decoded;
    return {};
  });
  await reader.dispatch(request);
  if (!call)
    throw new Error(`a request that cannot be read: ${request.method} ${request.hostname}${request.path}`);
  const { service, region, operation, input } = call;
  return { service, region, operation, input: input as Exchange['input'], answer };
}

/** The answer as a client gets it, as often as it is asked for. */
export function again({ answer, operation }: Exchange): WireResponse {
  const isStreamed = operation === 'GetObject' && answer.statusCode < 300;
  return isStreamed
    ? { ...answer, body: Readable.from([Buffer.from(answer.body as Uint8Array)], { objectMode: false }) }
    : answer;
}
