import { lambda } from '../aws/lambda.ts';
import { live } from '../aws/live.ts';
import { receiveInput, receive as run } from '../aws/response/receive.ts';

/** Takes in what woke the response, keeps what cannot be read again, and says which plans to look at. */
export const receive = lambda('receive', receiveInput, run);

export const handler = live(receive);
