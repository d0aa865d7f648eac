import { lambda } from '../aws/lambda.ts';
import { live } from '../aws/live.ts';
import { readinessInput, readiness as run } from '../aws/readiness/readiness.ts';

/** Looks whether each plan could be recovered now, and tells when that changes. */
export const readiness = lambda('readiness', readinessInput, run);

export const handler = live(readiness);
