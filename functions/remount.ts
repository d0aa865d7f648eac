import { lambda } from '../aws/lambda.ts';
import { live } from '../aws/live.ts';
import { remountInput, remount as run } from '../aws/remount/remount.ts';

/** Puts a volume that somebody restored on its server, by the volume's tags. */
export const remount = lambda('remount', remountInput, run);

export const handler = live(remount);
