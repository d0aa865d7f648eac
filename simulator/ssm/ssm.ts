import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import defaults from '../defaults.json' with { type: 'json' };
import type { Ec2 } from '../ec2/ec2.ts';
import type { Instance } from '../ec2/state.ts';
import { AwsError } from '../errors.ts';
import type { Guests } from '../guest/guests.ts';
import type { GuestDocument } from '../guest.ts';
import type { Call, Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { TokenBucket } from '../throttle.ts';
import { agentOperations } from './agent-operations.ts';
import { Agents, type Release } from './agents.ts';
import { commandOperations } from './command-operations.ts';
import { Commands, type Run } from './commands.ts';
import { type DocumentSeed, Documents, documentOperations, seedDocument } from './documents.ts';
import { parameterOperations } from './parameter-operations.ts';
import { Parameters } from './parameters.ts';

const reads = new Set(['GetParameter', 'GetParameters', 'GetParametersByPath']);

/** Systems Manager of one Region: Parameter Store, Command documents, Run Command and its agents. */
export class Ssm implements Service {
  readonly name = 'ssm';
  readonly operations: Operations;
  readonly sim: Simulator;
  readonly region: RegionName;
  readonly parameters: Parameters;
  readonly documents: Documents;
  readonly agents: Agents;
  readonly commands: Commands;
  readonly #readBucket: TokenBucket;
  readonly #writeBucket: TokenBucket;

  constructor(sim: Simulator, region: RegionName, ec2: Ec2, guests: Guests) {
    this.sim = sim;
    this.region = region;
    const { clock, accountId } = sim;
    const agents = new Agents(sim, ec2, guests);
    const documents = new Documents(() => clock.nowMs());
    const commands = new Commands(sim, region, agents, guests);
    this.agents = agents;
    this.documents = documents;
    this.commands = commands;
    this.parameters = new Parameters(sim);
    this.#readBucket = new TokenBucket(defaults.ssm.parameterRequests.reads, clock);
    this.#writeBucket = new TokenBucket(defaults.ssm.parameterRequests.writes, clock);
    this.operations = {
      ...parameterOperations(this.parameters, { region, sim }),
      ...documentOperations(documents, accountId),
      ...commandOperations({ accountId, ec2, agents, documents, commands }, clock),
      ...agentOperations(agents, ec2, clock),
    };
  }

  throttle(call: Call): void {
    const bucket = reads.has(call.operation)
      ? this.#readBucket
      : call.operation === 'PutParameter'
        ? this.#writeBucket
        : undefined;
    if (bucket && !bucket.take()) throw new AwsError('ThrottlingException', 'Rate exceeded', 400);
  }

  /** A parameter that is there from the start. */
  addParameter(seed: {
    readonly name: string;
    readonly value: string;
    readonly type?: PutParameterCommandInput['Type'];
  }): void {
    this.parameters.put(
      { Name: seed.name, Value: seed.value, Type: seed.type ?? 'String' },
      `arn:aws:iam::${this.sim.accountId}:root`,
    );
  }

  /** The newest value of a parameter in clear, as an application with the permission reads it. */
  parameterValue(name: string): string | undefined {
    return this.parameters.find(name)?.versions.at(-1)?.value;
  }

  /** A Command document that is there from the start. */
  addDocument(seed: DocumentSeed): void {
    seedDocument(this.documents, seed);
  }

  /** Says what a document does in a guest. Without it, sending the document is `NotSimulated`. */
  registerGuestDocument(name: string, behaviour: GuestDocument): void {
    this.commands.behaviours.set(name, behaviour);
  }

  /** A fault: agents of these instances do not come online, and those that are online are lost, until released. */
  keepOffline(applies: (instance: Instance) => boolean): Release {
    return this.agents.keepOffline(applies);
  }

  /** A fault: an agent that is online receives and reports nothing more, while Systems Manager takes minutes to notice. */
  silenceAgent(instanceId: string): Release {
    return this.agents.silence(instanceId);
  }

  /** A fault: how long a document runs in the guest; beyond its time-out it ends as `ExecutionTimedOut`, without effect. */
  set executionSeconds(seconds: (run: Run) => number | undefined) {
    this.commands.executionSeconds = seconds;
  }
}
