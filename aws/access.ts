import type { Clock } from './clock.ts';
import { Sha256 } from './sha256.ts';

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
  /** Where an AWS other than the real one answers, such as a simulated one on this machine. */
  readonly endpoint?: string;
  /** Opens a client that asks in another way than by requests; a simulated account has one that costs less. */
  readonly open?: <C extends object, Config extends { readonly region: string }>(
    Client: new (config: Config) => C,
    config: Config,
  ) => C;
}

/**
 * The SDK's own defaults, said aloud. A client looks each of them up in the environment and in configuration files, for
 * itself and again for each call; a simulated account has neither, and looking took a tenth of a rehearsal's time. Live, the
 * SDK looks: an organisation may ask for FIPS endpoints.
 */
const unconfigured = {
  authSchemePreference: [] as string[],
  defaultsMode: 'standard' as const,
  disableS3ExpressSessionAuth: false,
  ignoreConfiguredEndpointUrls: true,
  retryMode: 'standard',
  sha256: Sha256,
  useArnRegion: false,
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: async () => undefined,
};

/** The configuration of an SDK client. Retries are ours (`call.ts`): the SDK's would sleep on a clock of its own. */
export function clientConfig(access: Access, region = access.region) {
  const { transport } = access;
  return {
    region,
    maxAttempts: 1,
    requestHandler: transport.requestHandler as never,
    ...(transport.credentials && { credentials: transport.credentials, ...unconfigured }),
    ...(transport.endpoint !== undefined && { endpoint: transport.endpoint }),
  };
}

/**
 * A client of the SDK for a Region. Every client of this room is opened here, so that each goes the way that the transport
 * gives it.
 * @param more what this client wants besides
 */
export function openClient<C extends object, const More extends object = object>(
  Client: new (config: ClientConfig & More) => C,
  access: Access,
  region = access.region,
  more: More = {} as More,
): C {
  const config = { ...clientConfig(access, region), ...more };
  return access.transport.open?.(Client, config) ?? new Client(config);
}

type ClientConfig = ReturnType<typeof clientConfig>;
