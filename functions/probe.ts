import { lambda } from '../aws/lambda.ts';
import { live } from '../aws/live.ts';
import { probeInput, probe as run } from '../aws/response/probe.ts';

/** Asks for the address of each plan from where it runs, and writes what it found into the recovery Region. */
export const probe = lambda('probe', probeInput, run);

export const handler = live(probe);
