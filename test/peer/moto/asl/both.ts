import { startMoto } from '../moto.ts';
import type { Machine } from './corpus.ts';
import { deviations } from './deviations.ts';
import { runOurs, Theirs } from './engines.ts';
import type { Outcome } from './outcome.ts';

/** What both engines made of one machine. */
export interface Compared {
  readonly machine: Machine;
  readonly ours: Outcome;
  readonly theirs: Outcome;
}

/** A day of waiting is a minute and a half, which no machine waits for; the shortest waits are still waits. */
const waitScale = 0.001;

export interface BothOptions {
  /** What runs in moto's engine in a machine's place; the machine itself when absent. */
  readonly inTheirs?: (machine: Machine) => Machine;
  /** How many machines run in moto at one time; 6 when absent. More wait together, but each has to parse its definition. */
  readonly atOnce?: number;
  /** Whether moto reads paths through an element of a list as AWS does. */
  readonly mendsPaths?: boolean;
}

/** Runs each machine in both engines. */
export async function runBoth(
  machines: readonly Machine[],
  { inTheirs = (machine) => machine, atOnce = 6, mendsPaths = false }: BothOptions = {},
): Promise<readonly Compared[]> {
  // Ours first, alone: its clock does not move while this process waits for another.
  const ours: Outcome[] = [];
  for (const [index, machine] of machines.entries()) ours.push(await runOurs(machine, `run-${index}`));
  let engine: Theirs | undefined;
  const moto = await startMoto({
    waitScale,
    mendsPaths,
    invoke: (name, event) => engine!.invoke(name, event),
  });
  try {
    engine = new Theirs(moto.url);
    const theirs = await runTheirs(engine, machines.map(inTheirs), atOnce);
    return machines.map((machine, index) => ({ machine, ours: ours[index]!, theirs: theirs[index]! }));
  } finally {
    await moto.stop();
  }
}

/** A machine that is known never to end is looked at when all others have ended. */
async function runTheirs(
  engine: Theirs,
  machines: readonly Machine[],
  atOnce: number,
): Promise<readonly Outcome[]> {
  const others = Promise.withResolvers<void>();
  const endless: Promise<unknown>[] = [];
  const outcomes: Outcome[] = [];
  let next = 0;
  const worker = async (slot: string) => {
    while (next < machines.length) {
      const index = next++;
      const machine = machines[index]!;
      const isEndless = deviations.get(machine.name)?.['status'] === 'RUNNING';
      // What never ends keeps its slot to itself.
      const [where, until] = isEndless ? [`endless${index}`, others.promise] : [slot];
      const run = engine.run(machine, `run-${index}`, where, until).then((outcome) => {
        outcomes[index] = outcome;
      });
      if (isEndless) endless.push(run);
      else await run;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, slot) => worker(`slot${slot}`)));
  others.resolve();
  await Promise.all(endless);
  return outcomes;
}
