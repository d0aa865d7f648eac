/** A thread that lets one disaster after another happen. */
import { serveJobs } from '../threads.ts';
import type { Question } from './pool.ts';
import { type Ground, type Weathered, weather } from './weather.ts';

serveJobs<Ground, Question, Weathered>(({ disaster, options }, ground) => weather(disaster, ground, options));
