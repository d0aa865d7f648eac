import { once } from 'node:events';
import { control, controlPath } from '../drill/simulate/control.ts';
import { credentialsOf, people } from '../drill/simulate/people.ts';
import { openSimulation, type Simulation } from '../drill/simulate/simulation.ts';
import type { Template } from '../simulator/cloudformation/deploy.ts';
import { type Answerer, type Listening, listen } from '../simulator/http/listener.ts';
import { packagedTemplates } from '../stack/template.ts';
import { type ChosenWorld, chooseWorld } from './chosen-world.ts';
import { refuseUnknownFaults } from './refusals.ts';
import type { Streams } from './streams.ts';
import { UsageError } from './usage-error.ts';

/** What `lifeboat simulate` was asked for. */
export interface SimulateOptions {
  /** 0 for any that is free. */
  readonly port: number;
  readonly world?: string;
  readonly plans?: readonly string[];
  readonly faults: readonly string[];
  readonly seed: number;
  /** Simulated seconds a real second; 0: time moves only while a call is answered, and when told to. */
  readonly speed: number;
  /** Whether the stack's schedules run. */
  readonly awake: boolean;
  readonly json?: boolean;
}

/** How often simulated time catches up with real time, in real milliseconds. */
const paceMs = 20;

/** Serves a simulated AWS with the stack deployed on a loopback address, until it is interrupted. Returns the exit code. */
export async function simulateCommand(options: SimulateOptions, streams: Streams): Promise<number> {
  refuseUnknownFaults(options.faults);
  const installed = await chooseWorld(options);
  const chosen = options.speed > 0 ? beginningNow(installed) : installed;
  const templates = (await packagedTemplates()) as { recovery: Template; witness: Template };
  const { seed, speed, awake: isAwake } = options;
  const simulation = await openSimulation(
    { ...chosen, templates, seed, isAwake, isPaced: speed > 0 },
    (says) => streams.stderr.write(`${says}\n`),
  );
  for (const name of options.faults) await simulation.ask({ kind: 'fault', name });
  const listening = await listenOrSay(options.port, answererOf(simulation)).catch(async (error: unknown) => {
    await simulation.close();
    throw error;
  });
  streams.stdout.write(
    options.json ? asJson(listening, simulation, chosen) : inWords(listening, simulation, options, chosen),
  );
  const stop = new AbortController();
  const pacing = speed > 0 ? pace(simulation, speed, stop.signal) : Promise.resolve();
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), pacing.then(() => forever())]);
  stop.abort();
  await pacing;
  await listening.close();
  await simulation.close();
  return 0;
}

/** A world that keeps pace with real time begins now: whoever uses it has only a real clock to date their orders by. */
function beginningNow(chosen: ChosenWorld): ChosenWorld {
  return { ...chosen, world: { ...chosen.world, startsAtMs: Math.floor(Date.now() / 1000) * 1000 } };
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}

async function listenOrSay(port: number, answer: Answerer): Promise<Listening> {
  try {
    return await listen(port, answer);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(
      `--port ${port}: nothing can listen there (${code}); give another, or 0 for any that is free`,
    );
  }
}

function answererOf(simulation: Simulation): Answerer {
  return async (request) => {
    if (request.path.startsWith(controlPath)) return control(simulation, request);
    const { response, refusal = 'nothing was answered' } = await simulation.ask({ kind: 'call', request });
    return (
      response ?? { statusCode: 500, headers: { 'content-type': 'text/plain' }, body: Buffer.from(refusal) }
    );
  };
}

/** Lets simulated time follow real time, so many times as fast; where the machine cannot keep up, it falls behind. */
async function pace(simulation: Simulation, speed: number, signal: AbortSignal): Promise<void> {
  let nowMs = simulation.startMs;
  let beforeMs = performance.now();
  while (!signal.aborted) {
    await new Promise<void>((resolve) => setTimeout(resolve, paceMs));
    const realMs = performance.now();
    nowMs += (realMs - beforeMs) * speed;
    beforeMs = realMs;
    const reply = await simulation.ask({ kind: 'advance', toMs: nowMs });
    // Somebody may have advanced it further meanwhile.
    nowMs = Math.max(nowMs, reply.nowMs);
  }
}

function asJson(
  { url }: Listening,
  { startMs, machineArns }: Simulation,
  { plans, world }: ChosenWorld,
): string {
  const first = plans[0]?.regions.recovery;
  return `${JSON.stringify({
    url,
    account: world.account,
    region: first,
    now: new Date(startMs).toISOString(),
    machineArns,
    credentials: Object.fromEntries(people.map((person) => [person, credentialsOf(person)])),
  })}\n`;
}

function inWords(
  { url }: Listening,
  { startMs, machineArns }: Simulation,
  { speed }: SimulateOptions,
  { plans, world }: ChosenWorld,
): string {
  const [plan] = plans;
  const { accessKeyId, secretAccessKey } = credentialsOf('alice');
  const time =
    speed > 0
      ? `it runs ${speed === 1 ? 'as fast as real time' : `${speed} times as fast as real time`}`
      : `it stands but for calls: curl -X POST '${url}${controlPath}advance?seconds=60' moves it`;
  return [
    `The simulated account ${world.account} answers at ${url}; it is ${new Date(startMs).toISOString()} there, and ${time}.`,
    `Lifeboat is deployed in ${plan?.regions.recovery} with ${plans.map((each) => each.plan).join(', ')}. Ctrl-C ends it and everything in it.`,
    '',
    `export AWS_ENDPOINT_URL=${url} AWS_REGION=${plan?.regions.recovery} AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    `aws stepfunctions start-execution --state-machine-arn ${machineArns['drill']} --input '{"plan":"${plan?.plan}","recovery":"${plan?.plan}-by-hand","run":1}'`,
    `curl -X POST '${url}${controlPath}fault?name=primary-outage'`,
    '',
  ].join('\n');
}
