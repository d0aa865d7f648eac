import type { WireRequest, WireResponse, WireServer } from './wire/server.ts';
import { type ClientConfig, openShort } from './wire/short.ts';

/** An SDK `requestHandler` that leads to the simulator, until it is closed. */
export class Connection {
  readonly metadata = { handlerProtocol: 'simulated' };
  readonly #dispatch: (request: WireRequest) => Promise<WireResponse>;
  readonly #server: WireServer | undefined;
  #closed = false;
  #onClose = () => {};

  /** @param server what the short way leads to; without it every client goes by the wire */
  constructor(dispatch: (request: WireRequest) => Promise<WireResponse>, server?: WireServer) {
    this.#dispatch = dispatch;
    this.#server = server;
  }

  handle(request: WireRequest): Promise<{ response: WireResponse }> {
    return this.#pass(async () => ({ response: await this.#dispatch(request) }));
  }

  /** A client of the SDK on the short way through this connection: see `wire/short.ts`. */
  open<C extends object, Config extends ClientConfig>(Client: new (config: Config) => C, config: Config): C {
    if (!this.#server) return new Client(config);
    return openShort(Client, config, this.#server, (answer) => this.#pass(answer));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }

  /** Calls `told` when the connection is closed: whoever runs elsewhere in its name must end as well. */
  onClose(told: () => void): void {
    this.#onClose = told;
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  /** Whoever closed the connection neither asks nor learns any more. */
  async #pass<T>(answer: () => Promise<T>): Promise<T> {
    if (this.#closed) return neverAnswered();
    try {
      const answered = await answer();
      return this.#closed ? neverAnswered() : answered;
    } catch (error) {
      if (this.#closed) return neverAnswered();
      throw error;
    }
  }
}

export function neverAnswered(): Promise<never> {
  return new Promise(() => undefined);
}
