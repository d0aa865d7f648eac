import type { Clock } from './clock.ts';

/** What every client of AWS is made with; the same for the live account and for a simulated one. */
export interface Access {
  readonly region: string;
  readonly clock: Clock;
  /** No call is started after this instant of `clock`: the rest of the invocation is for its own conclusion. */
  readonly stopAtMs: number;
  readonly transport: Transport;
}

/** How requests travel. A simulated account brings credentials too; live, the SDK finds the role's. */
export interface Transport {
  readonly requestHandler: object;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The configuration of an SDK client. Retries are ours (`call.ts`): the SDK's would sleep on a clock of its own. */
export function clientConfig(access: Access, region = access.region) {
  const { transport } = access;
  return {
    region,
    maxAttempts: 1,
    requestHandler: transport.requestHandler as never,
    ...(transport.credentials && { credentials: transport.credentials }),
  };
}
