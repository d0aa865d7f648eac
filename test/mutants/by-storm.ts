import type { StormSummary } from '../../report/storm.ts';
import type { Checkout } from './checkout.ts';
import { runNode } from './command.ts';
import type { Breakage } from './mutants.ts';
import type { Caught, Outcomes } from './table.ts';

/** First and last seed. */
export type Seeds = readonly [first: number, last: number];

/** Lets storms come over a copy of the repository, with something broken and without. */
export class ByStorm {
  readonly #checkout: Checkout;
  readonly #sound = new Map<number, Promise<Caught | Outcomes>>();

  constructor(checkout: Checkout) {
    this.#checkout = checkout;
  }

  /** The first seed at which a storm objects because something is broken; how its recoveries ended where none does. */
  async catches(breakage: Breakage, [first, last]: Seeds): Promise<Caught | Outcomes> {
    const caught = await this.#checkout.broken(breakage, () => this.#storm([first, last]));
    if (!isCaught(caught) || (await this.#isSound(caught.seed))) return caught;
    return caught.seed === last ? {} : this.catches(breakage, [caught.seed + 1, last]);
  }

  async #isSound(seed: number): Promise<boolean> {
    const known = this.#sound.get(seed) ?? this.#storm([seed, seed]);
    this.#sound.set(seed, known);
    return !isCaught(await known);
  }

  async #storm([first, last]: Seeds): Promise<Caught | Outcomes> {
    const words = `cli/lifeboat.ts storm --seeds ${first}..${last} --json --no-shrink --workers 1`.split(' ');
    // The storm says at once what it objects to, and sums up what has happened when it is interrupted; at its last seed it
    // sums up anyway.
    const { output, errors } = await runNode(this.#checkout.directory, words, (line) => {
      const seed = /^seed (\d+): /.exec(line)?.[1];
      return seed !== undefined && Number(seed) < last;
    });
    if (!output) throw new Error(`the storm broke: ${errors}`);
    const { violations, unended, outcomes } = JSON.parse(output) as StormSummary;
    const all = [...violations, ...unended.map((seed) => ({ seed, checker: 'unended' }))];
    const [one] = all.toSorted((a, b) => a.seed - b.seed);
    return one ? { checker: one.checker, seed: one.seed } : outcomes;
  }
}

/** Whether a storm objected. */
export function isCaught(found: Caught | Outcomes): found is Caught {
  return typeof found['checker'] === 'string';
}
