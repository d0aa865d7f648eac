import { createHash } from 'node:crypto';
import { setTimeout as realSleep } from 'node:timers/promises';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  SFNServiceException,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { Simulator } from '../../../../simulator/simulator.ts';
import type { Machine } from './corpus.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { Scripted } from './scripted.ts';

const account = '123456789012';
const region = 'ap-northeast-1';
const roleArn = `arn:aws:iam::${account}:role/machine`;
const startMs = Date.parse('2026-01-01T00:00:00Z');
/** Longer than any time-out of the corpus that a function is to run into: moto's time-outs take their real time. */
const mostRealSeconds = 6;
const pollMs = 20;
/** What machines of the corpus start: it is in each account under the name `other`. */
const other = JSON.stringify({ StartAt: 'End', States: { End: { Type: 'Succeed' } } });

/** Where one machine runs. */
interface Place {
  readonly client: SFNClient;
  /** Before the names of functions: what keeps them apart from those of others that run at the same time. */
  readonly prefix: string;
  /** Definitions that the engine has already, by their text. */
  readonly created: Map<string, string>;
  readonly functions: Scripted;
  ended(executionArn: string): Promise<unknown>;
}

/**
 * Runs one machine in our own interpreter, on a clock that nobody waits for. Each has an account to itself.
 * Nothing else may be under way in the process: the clock stands while real input or output is.
 */
export async function runOurs(machine: Machine, executionName: string): Promise<Outcome> {
  const sim = new Simulator({ seed: 1, startMs, accountId: account, regions: { [region]: ['a', 'c'] } });
  sim.addCaller({ accessKeyId: 'AKIATESTER', arn: `arn:aws:iam::${account}:user/tester`, userId: 'tester' });
  const client = new SFNClient({
    region,
    credentials: { accessKeyId: 'AKIATESTER', secretAccessKey: 'x' },
    maxAttempts: 1,
    requestHandler: sim.connect(),
  });
  const { lambda, states } = sim.region(region);
  const functions = new Scripted(machine.functions);
  for (const name of Object.keys(machine.functions)) {
    lambda.register({
      name: `own-${name}`,
      roleArn: `arn:aws:iam::${account}:role/function`,
      timeoutSeconds: 900,
      memoryMb: 256,
      environment: {},
      handler: (event, { clock }) =>
        functions.answer(name, event, client, (seconds) => clock.sleep(seconds * 1000)),
    });
  }
  const ended = async (arn: string) => states.executions.find((execution) => execution.arn === arn)?.done;
  const place = { client, prefix: 'own', created: new Map<string, string>(), functions, ended };
  return sim.clock.drive(run(place, machine, executionName));
}

/** Moto's engine, over HTTP. It has slots, in each of which one machine runs at a time. */
export class Theirs {
  readonly #running = new Map<string, Scripted>();
  readonly #created = new Map<string, string>();
  readonly #client: SFNClient;

  constructor(url: string) {
    this.#client = new SFNClient({
      endpoint: url,
      region,
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
      maxAttempts: 1,
    });
  }

  /** What moto's state machines invoke. */
  async invoke(nameInAccount: string, event: unknown): Promise<unknown> {
    const [prefix, name] = nameInAccount.split('-');
    const functions = this.#running.get(prefix!);
    if (!functions) throw new Error(`no machine that runs has the function ${nameInAccount}`);
    return functions.answer(name!, event, this.#client, (seconds) =>
      realSleep(Math.min(seconds, mostRealSeconds) * 1000, undefined, { ref: false }),
    );
  }

  /** Runs one machine to its end, or until `until` where it has none. */
  async run(
    machine: Machine,
    executionName: string,
    slot: string,
    until?: Promise<unknown>,
  ): Promise<Outcome> {
    const functions = new Scripted(machine.functions);
    // A strand that was given up may still call: it must not be taken for the next machine of the slot.
    const prefix = `${slot}x${digestOf(JSON.stringify(machine.definition))}`;
    this.#running.set(prefix, functions);
    const client = this.#client;
    const isRunning = async (executionArn: string) =>
      (await client.send(new DescribeExecutionCommand({ executionArn }))).status === 'RUNNING';
    const ended = async (executionArn: string) => {
      if (until) await until;
      // Asked without a pause, moto would do little else than answer.
      else while (await isRunning(executionArn)) await realSleep(pollMs);
    };
    return run({ client, prefix, created: this.#created, functions, ended }, machine, executionName);
  }
}

async function run(place: Place, machine: Machine, executionName: string): Promise<Outcome> {
  const { client, functions } = place;
  let stateMachineArn: string | undefined;
  try {
    stateMachineArn = await create(place, machine);
  } catch (error) {
    // An answer without an error's name leaves the SDK with an error of its own.
    const name = error instanceof SFNServiceException ? error.name : 'none that can be read';
    return { status: 'REFUSED', error: name, entered: {}, brokeOff: false, calls: {} };
  }
  const input = JSON.stringify(machine.input);
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, name: executionName, input }),
  );
  await place.ended(executionArn!);
  const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  const { events = [] } = await client.send(
    new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
  );
  return outcomeOf(machine.definition, execution, events, functions.calls);
}

/** Large definitions take moto longer to parse than to run: each is created once in each slot. */
async function create({ client, prefix, created }: Place, machine: Machine): Promise<string> {
  const definition = JSON.stringify(machine.definition)
    .replaceAll('"fn:', `"arn:aws:lambda:${region}:${account}:function:${prefix}-`)
    .replaceAll('"FunctionName":"', `"FunctionName":"${prefix}-`);
  const existing = created.get(definition);
  if (existing !== undefined) return existing;
  if (created.size === 0)
    await client.send(new CreateStateMachineCommand({ name: 'other', roleArn, definition: other }));
  const name = `machine-${digestOf(definition)}`;
  const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ name, roleArn, definition }));
  created.set(definition, stateMachineArn!);
  return stateMachineArn!;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
