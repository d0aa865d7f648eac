import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../../recovery/plan/plan.ts';
import { stepNames } from '../../../recovery/terms.ts';
import { bundleDirectory, root } from '../../../stack/places.ts';

/** Copies of bundles with plans of the tests beside them: what is compiled into the packaged ones names none of moto's ids. */
export class Bundles {
  readonly #place: string;
  readonly #made = new Map<string, Promise<string>>();

  private constructor(place: string) {
    this.#place = place;
  }

  static async open(): Promise<Bundles> {
    return new Bundles(await mkdtemp(join(tmpdir(), 'lifeboat-peer-')));
  }

  /**
   * Where the bundle of each step is for a plan, by its name; the same place for the same plan.
   * @param others directories of bundles that take the place of the packaged ones, by name
   */
  async deploy(plan: Plan, others: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, string>> {
    const places = stepNames.map(async (name) => {
      const source = others[name] ?? join(root, bundleDirectory, name);
      const key = `${source} ${plan.hash}`;
      const made = this.#made.get(key) ?? this.#copy(source, plan, this.#made.size);
      this.#made.set(key, made);
      return [name, await made] as const;
    });
    return new Map(await Promise.all(places));
  }

  async close(): Promise<void> {
    await rm(this.#place, { recursive: true, force: true });
  }

  async #copy(source: string, plan: Plan, number: number): Promise<string> {
    const place = join(this.#place, String(number));
    await mkdir(place);
    await cp(join(source, 'index.mjs'), join(place, 'index.mjs'));
    await writeFile(join(place, 'plans.json'), JSON.stringify([plan]));
    return place;
  }
}
