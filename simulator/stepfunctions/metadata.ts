import { type JsonObject, jsonBytes } from '../json.ts';
import type { Simulator } from '../simulator.ts';
import type { Visit } from './visit.ts';

/**
 * The answer of an optimised integration: beside the service's members it carries what the SDK knows of the HTTP
 * response, which counts towards the payload quota.
 */
export function withMetadata(
  sim: Simulator,
  visit: Visit,
  answer: JsonObject,
  contentType: string,
  more: Readonly<Record<string, string>> = {},
): JsonObject {
  const requestId = sim.draws.uuid('states.requestId', visit.attempt);
  const headers: Record<string, string> = {
    'Content-Length': String(jsonBytes(answer)),
    'Content-Type': contentType,
    Date: new Date(sim.clock.nowMs()).toUTCString(),
    ...more,
    'x-amzn-RequestId': requestId,
  };
  const listed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {
    ...answer,
    SdkHttpMetadata: { AllHttpHeaders: listed, HttpHeaders: headers, HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: requestId },
  };
}
