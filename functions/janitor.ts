import { lambda } from '../aws/lambda.ts';
import { live } from '../aws/live.ts';
import { janitorInput, janitor as run } from '../aws/response/janitor.ts';

/** Ends recoveries whose execution was stopped, timed out or broke where no Catch sees it. */
export const janitor = lambda('janitor', janitorInput, run);

export const handler = live(janitor);
