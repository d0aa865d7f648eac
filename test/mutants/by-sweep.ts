import type { SweepSummary } from '../../report/sweep.ts';
import type { Checkout } from './checkout.ts';
import { runNode } from './command.ts';
import type { Breakage } from './mutants.ts';
import type { Swept } from './table.ts';

/** Does one run of a sweep in a copy of the repository, with something broken and without. */
export class BySweep {
  readonly #checkout: Checkout;
  readonly #sound = new Map<string, Promise<string | undefined>>();

  constructor(checkout: Checkout) {
    this.#checkout = checkout;
  }

  /**
   * Who objects to a run because something is broken in the product; undefined where nobody does.
   * @throws Error where somebody objects with nothing broken
   */
  async catches(breakage: Breakage, asked: Pick<Swept, 'kind' | 'run'>): Promise<string | undefined> {
    const key = `${asked.kind} ${asked.run}`;
    const sound = this.#sound.get(key) ?? this.#objectionTo(asked);
    this.#sound.set(key, sound);
    const objection = await sound;
    if (objection !== undefined) throw new Error(`${objection} objects to ${key} with nothing broken`);
    return this.#checkout.broken(breakage, () => this.#objectionTo(asked));
  }

  async #objectionTo({ kind, run }: Pick<Swept, 'kind' | 'run'>): Promise<string | undefined> {
    const words = ['cli/lifeboat.ts', 'sweep', '--kind', kind, '--only', run, '--json', '--workers', '1'];
    const { output, errors } = await runNode(this.#checkout.directory, words, () => false);
    if (!output) throw new Error(`the sweep broke: ${errors}`);
    const { runs, failures } = JSON.parse(output) as SweepSummary;
    if (runs !== 1) throw new Error(`the sweep did ${runs} runs of ${run}`);
    // An objection is a sentence that begins with whoever objects.
    return failures[0]?.objections[0]?.split(':', 1)[0];
  }
}
