import { lambda } from '../aws/lambda.ts';
import { live } from '../aws/live.ts';
import { assessInput, assess as run } from '../aws/response/assess.ts';

/** Looks at a plan's signals as they stand now and decides: recover, hold with a reason and a way out, or nothing. */
export const assess = lambda('assess', assessInput, run);

export const handler = live(assess);
