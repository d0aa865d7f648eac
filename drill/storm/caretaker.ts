import { carryOut, type OperatorOrder } from '../../aws/operator/carry-out.ts';
import { readStatus } from '../../aws/operator/status.ts';
import type { PlanStatus } from '../../recovery/status.ts';
import type { OrderGiven } from '../../report/operator.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { type WayOut, wayOutOf } from '../checkers/way-out.ts';
import { openAs, orderGiven } from '../orders.ts';
import { type Person, people } from '../simulate/people.ts';

/** How often the same sentence is followed before the next way out that it names is tried. */
const triesMost = 2;
/** After so many ways out that led nowhere a recovery is given up. */
const patienceMost = 6;
const comment = 'as the status says';

/** A recovery whose ways out were followed in calm, and led nowhere. */
export interface GivenUp {
  readonly recovery: string;
  /** How often one was followed. */
  readonly followed: number;
  /** What was named last. */
  readonly wayOut: string;
}

/** Someone who comes when everything is calm again, reads how each plan stands, and does what that says. */
export class Caretaker {
  /** What was ordered, and what became of it. */
  readonly given: OrderGiven[] = [];
  /** Whom it gave up, since every way out that was named led nowhere. */
  readonly givenUp: GivenUp[] = [];
  readonly #sim: Simulator;
  readonly #region: string;
  readonly #plans: readonly string[];
  readonly #tries = new Map<string, number>();

  constructor(sim: Simulator, region: string, plans: readonly string[]) {
    this.#sim = sim;
    this.#region = region;
    this.#plans = plans;
  }

  /** Looks at every plan once, and follows the ways out that are named. */
  async look(): Promise<void> {
    for (const plan of this.#plans) {
      const operator = await openAs(this.#sim, people[0], this.#region);
      const status = operator.ok ? await readStatus(operator.value, plan) : operator;
      if (status.ok) await this.#follow(status.value);
    }
  }

  async #follow({ recovery, wayOut }: PlanStatus): Promise<void> {
    if (!recovery?.isActive || wayOut === null) return;
    const commands = commandsIn(wayOut);
    if (commands.length === 0) return;
    const key = `${recovery.recovery}: ${wayOut}`;
    const tries = this.#count(key);
    const all = this.#count(recovery.recovery);
    const isOver = recovery.execution !== 'RUNNING';
    if (isOver && all > patienceMost) {
      this.givenUp.push({ recovery: recovery.recovery, followed: all - 1, wayOut });
      await this.#order(people[0], {
        command: 'abort',
        recovery: recovery.recovery,
        comment: 'it leads nowhere',
      });
      return;
    }
    const command = commands[Math.min(Math.floor((tries - 1) / triesMost), commands.length - 1)]!;
    await this.#obey(command, recovery.recovery, isOver);
  }

  /** An approval may need two people, and is of use to a recovery that has ended only in its next run. */
  async #obey(
    { command, overrides, acceptsChangedPlan }: Command,
    recovery: string,
    isOver: boolean,
  ): Promise<void> {
    if (command === 'abort') return this.#order(people[0], { command: 'abort', recovery, comment });
    if (command === 'approve')
      for (const person of people)
        await this.#order(person, { command: 'approve', recovery, overrides, comment });
    if (isOver) await this.#order(people[0], { command: 'continue', recovery, acceptsChangedPlan, comment });
  }

  async #order(person: Person, order: OperatorOrder): Promise<void> {
    const operator = await openAs(this.#sim, person, this.#region);
    const at = new Date(this.#sim.clock.nowMs()).toISOString();
    const answer = operator.ok ? await carryOut(operator.value, order, this.#plans) : operator;
    this.given.push(orderGiven(order, { at, by: operator.ok ? operator.value.principal : null }, answer));
  }

  #count(key: string): number {
    const count = (this.#tries.get(key) ?? 0) + 1;
    this.#tries.set(key, count);
    return count;
  }
}

/** What somebody who looks after a recovery obeys; every other command of a sentence is about something else. */
const obeyed: readonly string[] = ['continue', 'approve', 'abort'];

/** A command that a way out names. */
type Command = Extract<WayOut, { readonly kind: 'command' }>;

function commandsIn(wayOut: string): readonly Command[] {
  return wayOutOf(wayOut).filter(
    (way) => way.kind === 'command' && obeyed.includes(way.command),
  ) as Command[];
}
