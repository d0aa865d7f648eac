/** A thread that runs one case after another. */
import { serveJobs } from '../threads.ts';
import type { SweepCase } from './case.ts';
import { type SweepEnd, type SweptRehearsal, sweepOne } from './run.ts';

serveJobs<SweptRehearsal, SweepCase, SweepEnd>((each, swept) => sweepOne(swept, each));
