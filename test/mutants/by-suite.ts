import type { Checkout } from './checkout.ts';
import { runNode } from './command.ts';
import type { Breakage } from './mutants.ts';

/** Runs files of tests in a copy of the repository, with something broken and without. */
export class BySuite {
  readonly #checkout: Checkout;
  readonly #sound = new Map<string, Promise<string | undefined>>();

  constructor(checkout: Checkout) {
    this.#checkout = checkout;
  }

  /**
   * The first test of a file that fails with something broken in the product; undefined where none does.
   * @throws Error where one fails with nothing broken
   */
  async catches(breakage: Breakage, file: string): Promise<string | undefined> {
    const sound = this.#sound.get(file) ?? this.#firstFailing(file);
    this.#sound.set(file, sound);
    const failing = await sound;
    if (failing !== undefined) throw new Error(`${file} fails with nothing broken: ${failing}`);
    return this.#checkout.broken(breakage, () => this.#firstFailing(file));
  }

  async #firstFailing(file: string): Promise<string | undefined> {
    const words = ['--import', './test/lean.ts', '--test-reporter=tap', file];
    const { output, errors } = await runNode(this.#checkout.directory, words, isFailure);
    const line = output.split('\n').find(isFailure);
    if (line !== undefined) return line.replace(/^\s*not ok \d+ - /, '').replaceAll(/\\(.)/g, '$1');
    if (!/^# tests [1-9]/m.test(output)) throw new Error(`${file} did not run: ${errors}`);
    return undefined;
  }
}

function isFailure(line: string): boolean {
  return /^\s*not ok \d+ - /.test(line);
}
