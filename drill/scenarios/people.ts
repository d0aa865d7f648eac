import { canonicalHash } from '../../recovery/plan/hash.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { type End, oneOf, type Scenarios, type Stage } from './scenario.ts';

/** What people do to the workflow itself, past the operator's command. */
export const peopleScenarios: Scenarios = {
  'execution-stopped': {
    says: 'somebody stops the execution of a recovery in Step Functions',
    probability: 0.12,
    seconds: [60, 1200],
    begin: (stage) =>
      onceRunning(stage, (execution) => {
        execution.end({ status: 'ABORTED', error: 'Stopped', cause: 'somebody thought that it hung' });
      }),
  },
  'execution-doubled': {
    says: 'somebody starts the execution of a recovery once more, under another name',
    facts: ['F16'],
    probability: 0.12,
    seconds: [60, 1200],
    begin: (stage) =>
      onceRunning(stage, ({ machine, name, input }) => {
        const again = { machineArn: machine.arn, name: `${name}-again`, input: JSON.parse(input) as object };
        stage.recovery.states.start(again as Parameters<typeof stage.recovery.states.start>[0]);
      }),
  },
  deploy: {
    says: 'a deploy in the middle changes every plan; later another one brings the first ones back',
    probability: 0.12,
    seconds: [60, 2400],
    begin: ({ account, plans }) => {
      account.publish(plans.map(changed));
      return () => account.publish(plans);
    },
  },
  'execution-begun-late': {
    says: 'an execution is started for a recovery that is over',
    facts: ['F16'],
    probability: 0.08,
    seconds: [300, 2400],
    begin: (stage, given) => {
      const { clock } = stage.sim;
      let isOver = false;
      const turn = () => {
        const ended = recoveries(stage).filter(({ status }) => status !== 'RUNNING');
        if (isOver) return;
        if (ended.length === 0) {
          clock.after(lookMs, turn);
          return;
        }
        const { machine, name, input } = oneOf(ended, given);
        stage.recovery.states.start({
          machineArn: machine.arn,
          name: `${name}-late`,
          input: JSON.parse(input),
        });
      };
      turn();
      return () => {
        isOver = true;
      };
    },
  },
};

/** A plan that promises another RTO: nothing else is done, and it is another plan. */
function changed({ hash: _, ...plan }: Plan): Plan {
  const { rtoSeconds } = plan.objectives;
  const other = { ...plan, objectives: { ...plan.objectives, rtoSeconds: rtoSeconds + 60 } };
  return { ...other, hash: canonicalHash(other) };
}

const lookMs = 5000;

/** Executions of recoveries, in the order of their starts. */
function recoveries({ account, recovery }: Stage): readonly Execution[] {
  const { drill, failover } = account.machineArns;
  return recovery.states.executions.filter(({ machine: { arn } }) => arn === drill || arn === failover);
}

/** Does something to the newest recovery that runs, as soon as one does. */
function onceRunning(stage: Stage, act: (execution: Execution) => void): End {
  const { clock } = stage.sim;
  let isOver = false;
  const turn = () => {
    if (isOver) return;
    const running = recoveries(stage).findLast(({ status }) => status === 'RUNNING');
    if (running) act(running);
    else clock.after(lookMs, turn);
  };
  turn();
  return () => {
    isOver = true;
  };
}
