import test from 'node:test';
import type { LambdaInterference } from '../../simulator/lambda/lambda.ts';
import type { Interference } from '../../simulator/simulator.ts';
import { faults } from '../../simulator/world/faults.ts';
import { assertSound } from './sound.ts';
import { calls, changes, later, refusal, stepOf } from './strikes.ts';
import { type Stage, strike } from './struck.ts';

/** Faults of the world that a recovery may meet beside everything else; some of them end it, none may make it unsafe. */
const worldFaults = [
  'primary-outage',
  'launch-fails',
  'agent-offline',
  'replica-backing-up',
  'throttled',
  'lost-answers',
  'no-capacity',
  'dns-stuck',
];

/** A little of everything at once; how much of each, and when, is drawn from the seed. */
function everything(stage: Stage): void {
  const { sim, world, region } = stage;
  const unit = (name: string, subject = '') => sim.draws.unit(`chaos.${name}`, subject);
  for (const name of worldFaults) if (unit(name) < 0.2) faults[name]!.apply(sim, world);
  const shares = { lose: 0.05 * unit('lose'), hang: 0.05 * unit('hang'), late: 0.08 * unit('late') };
  const secondShare = unit('seconds') < 0.5 ? 0.3 : 0;
  calls((call) => {
    const { lose, hang, late } = shares;
    const drawn = unit('call', `${call.caller.accessKeyId}/${call.operation}`);
    const seconds = 30 * unit('late', call.requestId);
    const interferences: readonly [number, Interference][] = [
      [changes(call) ? lose : 0, { kind: 'loseAnswer' }],
      [hang, { kind: 'hang' }],
      [late, { kind: 'delay', seconds }],
      [0.03, refusal('InternalError', 500)],
    ];
    return pick(drawn, interferences);
  })(stage);
  region.lambda.faults.push(({ functionArn, requestId }, event) => {
    const given = event as { readonly isSecond?: boolean };
    if (given.isSecond) return undefined;
    if (unit('second', requestId) < secondShare) {
      later(20 * unit('secondAt', requestId), () => {
        const subject = `second/${stepOf(event)}/${requestId}`;
        region.lambda.invoke(functionArn, { ...given, isSecond: true }, subject).catch(() => {});
      })(stage);
    }
    const interferences: readonly [number, LambdaInterference][] = [
      [0.05, { kind: 'killAfter', seconds: 6 * unit('kill', requestId) ** 2 }],
      [0.02, { kind: 'loseAnswer' }],
      [0.02, { kind: 'refuse' }],
    ];
    return pick(unit('invocation', requestId), interferences);
  });
}

/** The one into whose share of [0, 1) a draw falls, if it falls into any. */
function pick<T>(drawn: number, shares: readonly (readonly [number, T])[]): T | undefined {
  let sum = 0;
  return shares.find(([share]) => {
    sum += share;
    return drawn < sum;
  })?.[1];
}

for (const seed of [1]) {
  test(`a failover that meets a little of everything ends, is safe and says how it ended (seed ${seed})`, async () => {
    const ends = ['recovered', 'failed', 'held'];
    assertSound('everything', await strike({ kind: 'failover', seed, with: everything }), {
      ends,
      replaced: true,
    });
  });
}

for (const seed of [1]) {
  test(`a drill that meets a little of everything leaves nothing (seed ${seed})`, async () => {
    const ends = ['drilled', 'failed', 'held'];
    assertSound('everything', await strike({ kind: 'drill', seed, with: everything }), {
      ends,
      replaced: true,
    });
  });
}
