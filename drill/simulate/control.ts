import type { PlainRequest, PlainResponse } from '../../simulator/http/listener.ts';
import { faults } from '../../simulator/world/faults.ts';
import type { Reply } from './messages.ts';
import type { Simulation } from './simulation.ts';

/** Where the world itself is told what to do, beside the services of AWS that it answers for. */
export const controlPath = '/_lifeboat/';

/**
 * What a person or a test may ask of the world: `clock` (GET), `advance?seconds=` (POST), `fault?name=` (POST) and
 * `get?url=&region=` (GET), which asks an address as a client in that Region would.
 */
export async function control(simulation: Simulation, request: PlainRequest): Promise<PlainResponse> {
  const what = request.path.slice(controlPath.length);
  switch (`${request.method} ${what}`) {
    case 'GET clock':
      return json(await nowOf(simulation));
    case 'POST advance': {
      const seconds = Number(one(request, 'seconds'));
      if (!(seconds > 0 && seconds <= 366 * 86_400))
        return refusal('seconds: a number above 0 and at most a year is expected');
      const { nowMs } = await nowOf(simulation);
      return json(await simulation.ask({ kind: 'advance', toMs: nowMs + seconds * 1000 }));
    }
    case 'POST fault': {
      const name = one(request, 'name');
      if (!Object.hasOwn(faults, name)) return refusal(`name: one of ${Object.keys(faults).join(', ')}`);
      return json(await simulation.ask({ kind: 'fault', name }));
    }
    case 'GET get': {
      const reply = await simulation.ask({
        kind: 'get',
        url: one(request, 'url'),
        region: one(request, 'region'),
      });
      return reply.response ?? refusal(reply.refusal ?? 'nothing was answered');
    }
    default:
      return refusal('GET clock, POST advance?seconds=, POST fault?name=, GET get?url=&region=', 404);
  }
}

/** Advancing by nothing tells the time. */
function nowOf(simulation: Simulation): Promise<Reply> {
  return simulation.ask({ kind: 'advance', toMs: 0 });
}

function one({ query }: PlainRequest, name: string): string {
  const value = query[name];
  return typeof value === 'string' ? value : '';
}

function json({ nowMs, refusal: why }: Reply): PlainResponse {
  if (why !== undefined) return refusal(why, 500);
  return answer(200, 'application/json', JSON.stringify({ now: new Date(nowMs).toISOString() }));
}

function refusal(why: string, statusCode = 400): PlainResponse {
  return answer(statusCode, 'text/plain', why);
}

function answer(statusCode: number, type: string, text: string): PlainResponse {
  return { statusCode, headers: { 'content-type': type }, body: Buffer.from(`${text}\n`) };
}
