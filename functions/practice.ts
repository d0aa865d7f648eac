import { lambda } from '../aws/lambda.ts';
import { live } from '../aws/live.ts';
import { practiceInput, practice as run } from '../aws/practice/practice.ts';

/** Starts the drills that plans promise, and looks each hour whether they took place and were good. */
export const practice = lambda('practice', practiceInput, run);

export const handler = live(practice);
