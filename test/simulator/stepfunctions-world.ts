import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Json } from '../../simulator/json.ts';
import type { Handler } from '../../simulator/lambda/lambda.ts';
import { Simulator } from '../../simulator/simulator.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';

export const account = '123456789012';
export const here = 'ap-northeast-1';
export const there = 'ap-northeast-2';
export const startMs = Date.parse('2026-01-01T00:00:00Z');
export const machineRole = `arn:aws:iam::${account}:role/machine`;

/** An account with two Regions and a known caller. */
export function openWorld(seed: string | number = 1): Simulator {
  const sim = new Simulator({
    seed,
    startMs,
    accountId: account,
    regions: { [here]: ['a', 'c'], [there]: ['a', 'b'] },
  });
  sim.addCaller({ accessKeyId: 'AKIATESTER', arn: `arn:aws:iam::${account}:user/tester`, userId: 'tester' });
  return sim;
}

function configuration(sim: Simulator, region: string) {
  const credentials = { accessKeyId: 'AKIATESTER', secretAccessKey: 'x' };
  return { region, credentials, maxAttempts: 1, requestHandler: sim.connect() };
}

export function sfn(sim: Simulator, region = here): SFNClient {
  return new SFNClient(configuration(sim, region));
}

export function eventBridge(sim: Simulator, region = here): EventBridgeClient {
  return new EventBridgeClient(configuration(sim, region));
}

export function sns(sim: Simulator, region = here): SNSClient {
  return new SNSClient(configuration(sim, region));
}

/** Registers a function with ordinary settings; returns its ARN. */
export function addFunction(
  sim: Simulator,
  name: string,
  handler: Handler,
  more: { timeoutSeconds?: number; reservedConcurrency?: number; region?: string } = {},
): string {
  const { region = here, timeoutSeconds = 10, ...rest } = more;
  const roleArn = `arn:aws:iam::${account}:role/${name}`;
  return sim.region(region).lambda.register({
    name,
    roleArn,
    timeoutSeconds,
    memoryMb: 256,
    environment: {},
    handler,
    ...rest,
  });
}

/** A definition of the one state given, or of several that follow one another. */
export function machineOf(states: Record<string, object>, more: object = {}): object {
  return { StartAt: Object.keys(states)[0], States: states, ...more };
}

/** Creates a machine and starts an execution of it, without letting time pass. */
export function begin(sim: Simulator, definition: object, input: Json = {}, name = 'run'): Execution {
  const { states } = sim.region(here);
  const machine = states.createMachine({ name: `m-${name}`, definition, roleArn: machineRole });
  return states.start({ machineArn: machine.arn, name, input });
}

/** Runs a machine to its end. */
export function run(sim: Simulator, definition: object, input: Json = {}, name = 'run'): Promise<Execution> {
  return sim.clock.drive(begin(sim, definition, input, name).done);
}

/** The types of an execution's events, in order. */
export function eventTypes(execution: Execution): readonly string[] {
  return execution.history.map(({ type }) => type!);
}

export function readCases<T>(path: string): readonly T[] {
  const cases = JSON.parse(readFileSync(new URL(`./cases/${path}`, import.meta.url), 'utf8')) as readonly T[];
  assert.ok(cases.length > 0);
  return cases;
}
