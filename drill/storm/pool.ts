import { Threads } from '../threads.ts';
import type { Disaster } from './disaster.ts';
import type { Ground, Weathered, WeatherOptions } from './weather.ts';

/** What became of a disaster: how its world weathered it, or what broke in the simulation or in a judge. */
export type Ended = Weathered | Defect;

/** Something that no recovery is to blame for: what the simulator lacks, a thread that died. */
export interface Defect {
  readonly disaster: Disaster;
  readonly defect: string;
}

export function isDefect(ended: Ended): ended is Defect {
  return 'defect' in ended;
}

/** What a thread is sent. */
export interface Question {
  readonly disaster: Disaster;
  readonly options: WeatherOptions;
}

/** Threads that let one disaster after another happen, each in a world of its own. */
export class Pool {
  readonly #threads: Threads<Question, Weathered>;

  constructor(ground: Ground, size: number) {
    this.#threads = new Threads({ body: new URL('./worker.ts', import.meta.url), given: ground, size });
  }

  /** Lets a disaster happen once a thread is free for it; never rejects. */
  async weather(disaster: Disaster, options: WeatherOptions = {}): Promise<Ended> {
    const outcome = await this.#threads.run({ disaster, options });
    return 'answer' in outcome ? outcome.answer : { disaster, defect: outcome.broke };
  }

  /** Ends every thread, also those in the middle of a world; what waits or runs is never answered. */
  close(): Promise<void> {
    return this.#threads.close();
  }
}
