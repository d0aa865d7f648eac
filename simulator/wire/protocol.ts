import type { AwsError } from '../errors.ts';
import type { Received, WireResponse } from './message.ts';
import type { OperationModel, ServiceModel } from './model.ts';

export interface DecodedRequest {
  readonly operation: OperationModel;
  readonly input: Readonly<Record<string, unknown>>;
  /** With what a protocol's envelope hid put back, such as the headers in an S3 trailer. */
  readonly headers: Readonly<Record<string, string>>;
}

export type Output = Readonly<Record<string, unknown>>;

/** One wire protocol, seen from the server. */
export interface Protocol {
  /** @throws AwsError what AWS answers to a request that it cannot read. */
  decode(model: ServiceModel, request: Received): DecodedRequest;
  /** `output` fits the operation's model. */
  encode(model: ServiceModel, operation: OperationModel, output: Output, requestId: string): WireResponse;
  /** @param request what the form of an error depends on: answers to HEAD have no body */
  encodeError(
    model: ServiceModel,
    error: AwsError,
    requestId: string,
    request: Pick<Received, 'method'>,
  ): WireResponse;
}
