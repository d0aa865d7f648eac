import type { Deps } from '../aws/deps.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import type { StepOutput } from '../recovery/step.ts';
import type { RecoveryKind, StepName } from '../recovery/terms.ts';
import { deployTemplate, type Template } from '../simulator/cloudformation/deploy.ts';
import type { Invocation, Handler as SimulatedHandler } from '../simulator/lambda/function.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { buildWorld } from '../simulator/world/build.ts';
import { clientsFrom } from '../simulator/world/clients.ts';
import type { World } from '../simulator/world/schema.ts';
import { functionsByFile } from './functions.ts';
import { mountDocument } from './guest/mount.ts';
import { probeDocument } from './guest/probe.ts';
import { reloadDocument } from './guest/reload.ts';

/** A simulated account with the packaged stack deployed in the recovery Region of a plan. */
export interface Account {
  readonly sim: Simulator;
  readonly ledgerBucket: string;
  readonly machineArns: Readonly<Record<RecoveryKind, string>>;
}

export interface AccountOptions {
  readonly world: World;
  readonly plan: Plan;
  readonly template: Template;
  readonly seed: number;
  /** Told what each step answered, at the simulated instant. */
  readonly onStep?: (output: StepOutput) => void;
}

/** Builds the world, deploys the stack into it as it was packaged, and gives the deployed functions their code. */
export function openAccount(options: AccountOptions): Account {
  const { world, plan, template, seed } = options;
  const sim = buildWorld(world, { seed });
  const region = plan.regions.recovery;
  const stack = deployTemplate(sim, region, template, {
    stackName: 'lifeboat-live',
    code: ({ handler }) => codeOf(sim, plan, handler, options.onStep),
  });
  const ssm = sim.region(region).ssm;
  ssm.registerGuestDocument(stack.ref('MountDocument'), mountDocument);
  ssm.registerGuestDocument(stack.ref('ProbeDocument'), probeDocument);
  if (plan.reload) ssm.registerGuestDocument(plan.reload.document, reloadDocument);
  return {
    sim,
    ledgerBucket: stack.ref('Ledger'),
    machineArns: { drill: stack.ref('LifeboatDrill'), failover: stack.ref('LifeboatFailover') },
  };
}

/** The deployed code of a function, by its handler path such as `dist/servers/index.handler`. */
function codeOf(
  sim: Simulator,
  plan: Plan,
  handlerPath: string,
  onStep: AccountOptions['onStep'],
): SimulatedHandler {
  const file = /([a-z]+)\/index\.handler$/.exec(handlerPath)?.[1] as StepName | undefined;
  const make = file && functionsByFile[file];
  if (!make)
    throw new Error(`the template names the handler ${handlerPath}, which no file of functions/ has`);
  return async (event, invocation) => {
    const handler = make(() => ({
      deps: simulatedDeps(sim, plan, invocation),
      deadlineMs: invocation.deadlineMs,
    }));
    const output = await handler(event, {
      functionName: invocation.functionName,
      awsRequestId: invocation.requestId,
    });
    onStep?.(output as StepOutput);
    return output;
  };
}

/** What a deployed function finds on AWS, from the simulator: the only difference between a drill and the real thing. */
function simulatedDeps(sim: Simulator, plan: Plan, invocation: Invocation): Deps {
  const { clock, connection, accessKeyId, region, environment } = invocation;
  const clients = clientsFrom(sim, region, accessKeyId);
  // An invocation that was killed learns nothing more: its clock does not wake it again.
  const stillAlive = <T>(answer: Promise<T>): Promise<T> =>
    answer.then((value) => clock.sleep(0).then(() => value));
  return {
    clock: {
      nowMs: () => clock.nowMs(),
      after: (ms, fire) => {
        let isCancelled = false;
        clock.sleep(ms).then(() => {
          if (!isCancelled) fire();
        });
        return () => {
          isCancelled = true;
        };
      },
    },
    entropy: { hex: (name, subject, digits) => sim.draws.hex(name, subject, digits) },
    environment: { ...environment, AWS_REGION: region },
    plans: new Map([[plan.plan, plan]]),
    reach: {
      get: (url, timeoutSeconds) => stillAlive(clients.http.get(url, { timeoutSeconds })),
      resolve: (name, type) => stillAlive(clients.dns.resolve(name, type)),
    },
    log: () => {},
    transport: { requestHandler: connection, credentials: { accessKeyId, secretAccessKey: 'simulated' } },
  };
}
