import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test, { describe } from 'node:test';
import type { Json } from '../../simulator/json.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import {
  account,
  addFunction,
  eventTypes,
  here,
  machineOf,
  openWorld,
  readCases,
  run,
} from './stepfunctions-world.ts';

/** What a function answers to one invocation; the last answer stands for all later ones. */
interface Answer {
  readonly returns?: Json;
  readonly throws?: string;
  readonly afterSeconds?: number;
}

interface Case {
  readonly name: string;
  /** One state that ends the machine, or a whole definition. A resource `fn:NAME` is that function. */
  readonly state?: object;
  readonly definition?: object;
  readonly functions?: Readonly<Record<string, readonly Answer[]>>;
  readonly input?: Json;
  readonly expect: {
    readonly status?: string;
    readonly output?: Json;
    readonly error?: string;
    /** A part of the cause. */
    readonly cause?: string;
    /** How long the execution took; transitions and invocations may add up to two seconds. */
    readonly seconds?: number;
    readonly events?: readonly string[];
  };
}

function install(sim: Simulator, { functions = {} }: Case): void {
  for (const [name, answers] of Object.entries(functions)) {
    let calls = 0;
    addFunction(sim, name, async (event, { clock }) => {
      const answer = answers[Math.min(calls++, answers.length - 1)]!;
      await clock.sleep((answer.afterSeconds ?? 0) * 1000);
      if (answer.throws) throw Object.assign(new Error('as the case says'), { name: answer.throws });
      return answer.returns === undefined ? event : answer.returns;
    });
  }
}

function definitionOf({ state, definition }: Case): object {
  const whole = definition ?? machineOf({ It: { ...state, ...(!('Choices' in state!) && { End: true }) } });
  return JSON.parse(JSON.stringify(whole).replaceAll('"fn:', `"arn:aws:lambda:${here}:${account}:function:`));
}

for (const file of readdirSync(new URL('./cases/interpreter', import.meta.url)).sort()) {
  describe(file.replace('.json', ''), () => {
    for (const row of readCases<Case>(`interpreter/${file}`)) {
      test(row.name, async () => {
        const sim = openWorld();
        install(sim, row);
        const execution = await run(sim, definitionOf(row), row.input ?? {});
        const {
          status = row.expect.error === undefined ? 'SUCCEEDED' : 'FAILED',
          output,
          error,
          cause,
          seconds,
        } = row.expect;
        assert.equal(execution.status, status, JSON.stringify(execution.ending));
        assert.equal(execution.ending?.error, error);
        if (output !== undefined) assert.deepEqual(JSON.parse(execution.ending!.output!), output);
        if (cause !== undefined) assert.ok(execution.ending?.cause?.includes(cause), execution.ending?.cause);
        if (row.expect.events) assert.deepEqual(eventTypes(execution), row.expect.events);
        if (seconds === undefined) return;
        const took = (execution.stoppedAtMs! - execution.startedAtMs) / 1000;
        assert.ok(took >= seconds && took <= seconds + 2, `took ${took} s`);
      });
    }
  });
}
