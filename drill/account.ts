import type { Deps } from '../aws/deps.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import type { StepOutput } from '../recovery/step.ts';
import { type RecoveryKind, type StepName, stepNames } from '../recovery/terms.ts';
import { type Deployment, deployTemplate, type Template } from '../simulator/cloudformation/deploy.ts';
import type { Invocation, Handler as SimulatedHandler } from '../simulator/lambda/function.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { buildWorld } from '../simulator/world/build.ts';
import { clientsFrom } from '../simulator/world/clients.ts';
import type { World } from '../simulator/world/schema.ts';
import { forPlans } from '../stack/for-plans.ts';
import { functionsByFile } from './functions.ts';
import { mountDocument } from './guest/mount.ts';
import { probeDocument } from './guest/probe.ts';
import { reloadDocument } from './guest/reload.ts';
import { watchNotices } from './notices.ts';
import { type Plans, PublishedPlans } from './published.ts';
import { watchTruth } from './truth/truth.ts';

/** A simulated account with the packaged stack deployed in the recovery Region of a plan. */
export interface Account {
  readonly sim: Simulator;
  readonly ledgerBucket: string;
  readonly machineArns: Readonly<Record<RecoveryKind, string>>;
  /** The machine that events and schedules wake. */
  readonly responseArn: string;
  /** The stack of the recovery Region, as it was deployed. */
  readonly stack: Deployment;
  /**
   * Lets the schedules of every stack run, or only those named; until then nothing is woken by the clock, and the response
   * by no event either.
   */
  startSchedules(chosen?: (name: string) => boolean): void;
  /** Deploys other plans now; executions that run go on with those that they began with. */
  publish(plans: readonly Plan[]): void;
}

/** The small stack that looks at applications and forwards events, in a Region other than the recovery Region. */
export interface Outpost {
  readonly region: string;
  readonly template: Template;
}

export interface AccountOptions {
  readonly world: World;
  /** The plan whose recovery Region gets the stack. */
  readonly plan: Plan;
  /** Every plan that the stack knows; `plan` alone when absent. */
  readonly plans?: readonly Plan[];
  readonly template: Template;
  /** None when absent: a recovery that is started by hand needs nobody to wake it. */
  readonly outposts?: readonly Outpost[];
  readonly seed: number;
  /** The code behind a handler path of the template; the functions of this repository when absent. */
  readonly code?: (sim: Simulator, handlerPath: string) => SimulatedHandler;
  /**
   * Whether the functions of this repository ask the simulator without writing requests and reading responses: the same calls
   * and answers at less than half the cost. They go by the wire when absent.
   */
  readonly isShort?: boolean;
  /** Told what each step answered, at the simulated instant. */
  readonly onStep?: (output: StepOutput) => void;
  /** Told what the simulator lacks, in place of ending the run. */
  readonly onDefect?: (defect: unknown) => void;
}

/**
 * Builds the world, deploys the stacks into it as they were packaged (where plans are not the installed ones, with roles that
 * know what these name), and gives the deployed functions their code.
 */
export function openAccount(options: AccountOptions): Account {
  const { world, plan, template, seed, outposts = [] } = options;
  const { onDefect, onStep } = options;
  const sim = buildWorld(world, { seed, ...(onDefect && { onDefect }) });
  watchNotices(sim);
  const plans = new PublishedPlans(options.plans ?? [plan]);
  const code = options.code ?? ((_sim, handlerPath) => codeOf(sim, plans, handlerPath, options.isShort));
  const deploy = (
    region: string,
    from: Template,
    stackName: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Deployment =>
    deployTemplate(sim, region, from, {
      stackName,
      parameters,
      code: ({ handler }) => tellSteps(handler, code(sim, handler), onStep),
    });
  const recoveryRegion = plan.regions.recovery;
  // The template names nothing of a plan that recovers elsewhere: with it, no role would be as it was packaged.
  const here = plans.first.filter(({ regions }) => regions.recovery === recoveryRegion);
  const stack = deploy(recoveryRegion, forPlans(template, here), 'lifeboat-live');
  const others = outposts.map((each) =>
    deploy(each.region, each.template, 'lifeboat-witness-live', { RecoveryRegion: recoveryRegion }),
  );
  // Whoever installs Lifeboat subscribes to its topic.
  sim.region(recoveryRegion).sns.addSubscriber(stack.ref('Topic'), 'oncall@example.com');
  registerDocuments(sim, stack, recoveryRegion, plans.first);
  const responseArn = stack.ref('LifeboatResponse');
  const { events } = sim.region(recoveryRegion);
  // Without its schedules nobody probes: an alarm would wake a response that finds every probe silent, and tells people.
  events.setListening(responseArn, false);
  const ledgerBucket = stack.ref('Ledger');
  const machineArns = { drill: stack.ref('LifeboatDrill'), failover: stack.ref('LifeboatFailover') };
  watchTruth(sim, { plans: plans.first, recoveryRegion, ledgerBucket, machineArns, responseArn });
  return {
    sim,
    ledgerBucket,
    machineArns,
    responseArn,
    stack,
    publish: (newer) => plans.publish(newer, sim.clock.nowMs()),
    startSchedules: (chosen = () => true) => {
      for (const each of [stack, ...others]) each.startSchedules(({ name }) => chosen(name));
      const isWoken = ({ name }: { readonly name: string }) => name.endsWith('response') && chosen(name);
      events.setListening(responseArn, [...stack.schedules.values()].some(isWoken));
    },
  };
}

/** Tells the simulator what each document that is run on servers does in a guest. */
function registerDocuments(sim: Simulator, stack: Deployment, region: string, plans: readonly Plan[]): void {
  const { ssm } = sim.region(region);
  ssm.registerGuestDocument(stack.ref('MountDocument'), mountDocument);
  ssm.registerGuestDocument(stack.ref('ProbeDocument'), probeDocument);
  const reloads = new Set(plans.flatMap(({ reload }) => reload?.document ?? []));
  for (const document of reloads) ssm.registerGuestDocument(document, reloadDocument);
}

/** The name of a function's file in `functions/`, by its handler path such as `dist/servers/index.handler`. */
function fileOf(handlerPath: string): string | undefined {
  return /([a-z]+)\/index\.handler$/.exec(handlerPath)?.[1];
}

/** The same code, telling what it answered where it is a step of a recovery. */
function tellSteps(
  handlerPath: string,
  code: SimulatedHandler,
  onStep: AccountOptions['onStep'],
): SimulatedHandler {
  if (!onStep || !stepNames.includes(fileOf(handlerPath) as StepName)) return code;
  return async (event, invocation) => {
    const output = await code(event, invocation);
    onStep(output as StepOutput);
    return output;
  };
}

/** The deployed code of a function, run in this process. */
export function codeOf(
  sim: Simulator,
  plans: PublishedPlans,
  handlerPath: string,
  isShort = false,
): SimulatedHandler {
  const file = fileOf(handlerPath) as keyof typeof functionsByFile | undefined;
  const make = file && functionsByFile[file];
  if (!make)
    throw new Error(`the template names the handler ${handlerPath}, which no file of functions/ has`);
  return async (event, invocation) => {
    const handler = make(() => ({
      deps: simulatedDeps(sim, plans.for(event), invocation, isShort),
      deadlineMs: invocation.deadlineMs,
    }));
    return handler(event, {
      functionName: invocation.functionName,
      awsRequestId: invocation.requestId,
    });
  };
}

/** What a deployed function finds on AWS, from the simulator: the only difference between a drill and the real thing. */
function simulatedDeps(sim: Simulator, plans: Plans, invocation: Invocation, isShort: boolean): Deps {
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
    plans,
    reach: {
      get: (url, timeoutSeconds) => stillAlive(clients.http.get(url, { timeoutSeconds })),
      resolve: (name, type) => stillAlive(clients.dns.resolve(name, type)),
    },
    log: () => {},
    transport: {
      requestHandler: connection,
      credentials: { accessKeyId, secretAccessKey: 'simulated' },
      ...(isShort && { open: (Client, config) => connection.open(Client, config) }),
    },
  };
}
