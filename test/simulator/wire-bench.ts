import type { AwsError } from '../../simulator/errors.ts';
import {
  type DecodedCall,
  type WireRequest,
  type WireResponse,
  WireServer,
} from '../../simulator/wire/server.ts';

/** A wire server that answers with what a test gives it, and remembers what it was asked. */
export class Bench {
  readonly calls: DecodedCall[] = [];
  readonly requests: WireRequest[] = [];
  readonly defects: unknown[] = [];
  readonly server: WireServer;

  constructor(answer: (call: DecodedCall) => unknown = () => ({})) {
    this.server = new WireServer(
      async (call) => {
        this.calls.push(call);
        return answer(call);
      },
      (defect) => this.defects.push(defect),
    );
  }

  /** The one call that was made. */
  get call(): DecodedCall {
    const [call] = this.calls;
    if (!call || this.calls.length > 1) throw new Error(`${this.calls.length} calls were made`);
    return call;
  }

  get input(): Record<string, unknown> {
    return this.call.input as Record<string, unknown>;
  }

  /** The settings of an SDK client that talks to this server. */
  config(region = 'eu-west-1') {
    const handle = async (request: WireRequest): Promise<{ response: WireResponse }> => {
      this.requests.push(request);
      return { response: await this.server.dispatch(request) };
    };
    return {
      region,
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
      maxAttempts: 1,
      requestHandler: { handle },
    };
  }

  /** Sends a request without a client, signed in name only. */
  async dispatch(service: string, request: Partial<WireRequest>): Promise<{ status: number; body: string }> {
    const response = await this.server.dispatch({
      method: 'POST',
      hostname: `${service}.eu-west-1.amazonaws.com`,
      path: '/',
      ...request,
      headers: { authorization: signedFor(service), ...request.headers },
    });
    const { statusCode, body } = response;
    const bytes = body instanceof Uint8Array ? body : Buffer.concat(await body.toArray());
    return { status: statusCode, body: Buffer.from(bytes).toString() };
  }
}

export function signedFor(service: string, accessKeyId = 'AKIATEST'): string {
  const scope = `${accessKeyId}/20260101/eu-west-1/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`;
}

/** An answer that throws. */
export function throwing(error: AwsError | Error): () => never {
  return () => {
    throw error;
  };
}
