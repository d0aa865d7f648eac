import assert from 'node:assert/strict';
import test from 'node:test';
import { codeOf } from '../../drill/account.ts';
import type { Bundles } from '../../drill/bundles/bundles.ts';
import { PublishedPlans } from '../../drill/published.ts';
import { sweepOne } from '../../drill/sweep/run.ts';
import { runCases } from '../../drill/sweep/threads.ts';
import type { StepOutput } from '../../recovery/step.ts';
import type { Handler } from '../../simulator/lambda/function.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { caseNamed, swept } from './swept.ts';

const { drill, failover } = swept;

test('every kind of run of a sweep strikes what it aims at once, and a sound product gets over it', async () => {
  const names = [
    'failoverServers/ec2:RunInstances#1:InsufficientInstanceCapacity',
    'failoverDatabases/rds:PromoteReadReplica#1:loseAnswer',
    'failoverVolumes/ec2:CreateVolume#1:die',
    'failoverSettings#1:loseResult',
    'failoverDatabases#1:twice',
    'failoverServers#1:twiceLate',
    'failoverServers/ec2:RunInstances#1:timeOut',
  ];
  for (const name of names) {
    const end = await sweepOne(failover, await caseNamed(failover, name));
    assert.deepEqual(end, { name, outcome: 'recovered', objections: [] });
  }
});

test('threads run each case once, and a case that breaks the simulation is named', async () => {
  const sound = await caseNamed(drill, 'drillSettings#1:neverStart');
  const broken = { ...sound, name: 'broken', aim: { target: 'nobody', nth: 1 } };
  const ends = new Map<string, readonly string[]>();
  await runCases(drill, [sound, broken], { threads: 2 }, ({ name, objections }) =>
    ends.set(name, objections),
  );
  assert.deepEqual(ends.get(sound.name), []);
  assert.match(ends.get('broken')?.[0] ?? '', /met 0 times/);
});

/** A product that is wrong: a step that is given an event for the second time leaves a volume behind. */
function leavingOneForATwin(path: string): Bundles {
  const code = (sim: Simulator, handlerPath: string): Handler => {
    const sound = codeOf(sim, new PublishedPlans([drill.plan]), handlerPath);
    if (!handlerPath.includes(path)) return sound;
    const seen = new Set<string>();
    return async (event, invocation) => {
      const text = JSON.stringify(event);
      const { ec2 } = sim.region(drill.plan.regions.recovery);
      if (seen.has(text)) ec2.addVolume({ zone: ec2.zones[0]! });
      seen.add(text);
      return sound(event, invocation);
    };
  };
  return { url: 'in this process', code, close: async () => {} };
}

test('a run is judged once the second invocation has ended, however long after the recovery that is', async () => {
  const wrong = { ...drill, bundles: leavingOneForATwin('conclude') };
  for (const how of ['twice', 'twiceInTurn', 'twiceLate']) {
    const { objections } = await sweepOne(wrong, await caseNamed(drill, `drillConclude#1:${how}`));
    assert.match(objections.join(), /drillLeavesNothing: volume /, how);
  }
});

/** A product that is wrong: the first refusal of a call in an invocation of a step ends the step as if it were done. */
function swallowing(path: string): Bundles {
  const code = (sim: Simulator, handlerPath: string): Handler => {
    const sound = codeOf(sim, new PublishedPlans([drill.plan]), handlerPath);
    if (!handlerPath.includes(path)) return sound;
    return async (event, invocation) => {
      const from = sim.transcript.length;
      const output = (await sound(event, invocation)) as StepOutput;
      const own = sim.transcript
        .slice(from)
        .filter(({ callerArn }) => callerArn.endsWith(invocation.functionName));
      const isRefused = own.some(({ outcome }) => outcome !== 'ok' && outcome !== 'NoSuchKey');
      return isRefused ? { ...output, status: 'done', waitSeconds: 0 } : output;
    };
  };
  return { url: 'in this process', code, close: async () => {} };
}

test('a step that swallows an error is caught by the run that makes AWS answer with it', async () => {
  const wrong = { ...drill, bundles: swallowing('cleanup') };
  const sound = await sweepOne(wrong, await caseNamed(drill, 'drillCleanUp#1:refuse'));
  assert.deepEqual(sound.objections, []);
  const caught = await sweepOne(
    wrong,
    await caseNamed(drill, 'drillCleanUp/ec2:TerminateInstances#1:RequestLimitExceeded'),
  );
  assert.notDeepEqual(caught.objections, []);
  assert.match(caught.objections.join('\n'), /passes: it would have passed|drillLeavesNothing/);
});
