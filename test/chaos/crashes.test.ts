import test from 'node:test';
import type { LambdaInterference } from '../../simulator/lambda/lambda.ts';
import { assertSound } from './sound.ts';
import { all, type Breaks, chance, invocations, worldFault } from './strikes.ts';
import { type Stage, strike } from './struck.ts';

type How = (stage: Stage, subject: string) => LambdaInterference;

/** Strikes the first and the third invocation of every step, and one in ten of the others. */
function everyStep(how: How): Breaks {
  const counts = new Map<string, number>();
  return invocations((step, subject, stage) => {
    const count = (counts.get(step) ?? 0) + 1;
    counts.set(step, count);
    const isStruck = count === 1 || count === 3 || chance(stage, 0.1, `struck/${subject}`);
    return isStruck ? how(stage, subject) : undefined;
  });
}

const ways: Readonly<Record<string, How>> = {
  'is killed before it does anything': () => ({ kind: 'killBeforeStart' }),
  'is killed in the middle': ({ sim }, subject) => ({
    kind: 'killAfter',
    seconds: 3 * sim.draws.unit('chaos.kill', subject) ** 2,
  }),
  'is refused by the Lambda service': () => ({ kind: 'refuse' }),
  'does its work, and its answer is lost': () => ({ kind: 'loseAnswer' }),
};

for (const [way, how] of Object.entries(ways)) {
  test(`a failover recovers although every step's function ${way} at times`, async () => {
    const struck = all(worldFault('primary-outage'), everyStep(how));
    assertSound(way, await strike({ kind: 'failover', seed: 2, with: struck }));
  });

  test(`a drill ends and leaves nothing although every step's function ${way} at times`, async () => {
    assertSound(way, await strike({ kind: 'drill', seed: 1, with: everyStep(how) }));
  });
}

/** Nothing can be invoked for a while. */
function noLambda(fromSeconds: number, seconds: number): Breaks {
  return (stage) => {
    const startMs = stage.sim.clock.nowMs() + fromSeconds * 1000;
    invocations(() => {
      const elapsed = (stage.sim.clock.nowMs() - startMs) / 1000;
      return elapsed >= 0 && elapsed < seconds ? { kind: 'refuse' } : undefined;
    })(stage);
  };
}

test('a failover recovers although no function can be invoked for five minutes, from its start or in its middle', async () => {
  assertSound('from the start', await strike({ kind: 'failover', seed: 2, with: noLambda(0, 300) }));
  assertSound('in the middle', await strike({ kind: 'failover', seed: 2, with: noLambda(100, 300) }));
});

test('a drill cleans up although no function can be invoked for five minutes', async () => {
  assertSound('drill', await strike({ kind: 'drill', seed: 1, with: noLambda(60, 300) }));
});
