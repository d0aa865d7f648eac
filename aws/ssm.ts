import {
  DeleteParametersCommand,
  DescribeInstanceInformationCommand,
  DescribeParametersCommand,
  GetCommandInvocationCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListCommandInvocationsCommand,
  type Parameter,
  type ParameterType,
  PutParameterCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { ObservedCommand } from '../recovery/observed.ts';
import type { Instant } from '../recovery/terms.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';
import { allBatches, allPages } from './pages.ts';
import { tagList } from './tags.ts';

export type Ssm = ReturnType<typeof openSsm>;

/** SendCommand takes 50 instance ids, and so does a filter of DescribeInstanceInformation (Systems Manager API Reference). */
export const instancesPerCall = 50;
/** Filters take 50 values, GetParameters ten names (Systems Manager API Reference). */
const filterValuesMax = 50;
const parametersPerCall = 10;
/** Seconds that a command may wait for its agent. */
const deliverySeconds = 60;

export interface ObservedParameter {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  /** Systems Manager keeps the last hundred: `name:version` reads one back. */
  readonly version: number;
}

export interface ParameterKind {
  readonly type: string;
  readonly keyId?: string;
  /** Given to a parameter that is created; one that is overwritten keeps its own. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Systems Manager of one Region, in our words. */
export function openSsm(access: Access, region = access.region) {
  const client = openClient(SSMClient, access, region);
  return { ...reads(access, client), ...writes(access, client) };
}

/** What is there, and what documents did; running one is repeatable. */
function reads(access: Access, client: SSMClient) {
  return {
    online: (instanceIds: readonly string[]) => onlineAgents(access, client, instanceIds),
    /** Runs a document on up to 50 instances and returns the command's id. Our documents are safe to run twice. */
    send: async (request: {
      readonly document: string;
      readonly instanceIds: readonly string[];
      readonly parameters: Readonly<Record<string, string>>;
      readonly comment: string;
    }): Promise<Answer<string>> =>
      mapAnswer(
        await call(access, 'ssm:SendCommand', (abortSignal) =>
          client.send(
            new SendCommandCommand({
              DocumentName: request.document,
              InstanceIds: request.instanceIds.slice(0, instancesPerCall),
              Parameters: Object.fromEntries(
                Object.entries(request.parameters).map(([key, value]) => [key, [value]]),
              ),
              TimeoutSeconds: deliverySeconds,
              Comment: request.comment.slice(0, 100),
            }),
            { abortSignal },
          ),
        ),
        (output) => output.Command?.CommandId ?? '',
      ),
    runs: (commandIds: readonly string[], since: Instant) =>
      listRuns(access, client, new Set(commandIds), since),
    /** What a run printed: the end of its standard output and error, for a sentence. */
    outputOf: async (commandId: string, instanceId: string): Promise<Answer<string>> =>
      mapAnswer(
        await call(access, 'ssm:GetCommandInvocation', (abortSignal) =>
          client.send(new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: instanceId }), {
            abortSignal,
          }),
        ),
        (output) =>
          (output.StandardErrorContent || output.StandardOutputContent || '')
            .trim()
            .split('\n')
            .at(-1)
            ?.slice(0, 300) ?? '',
      ),
    parameters: (names: readonly string[]) => readParameters(access, client, names),
    /** The KMS keys of secret parameters, by name; none of a parameter that is no secret. */
    keysOf: (names: readonly string[]) => readKeys(access, client, names),
    parametersBelow: (path: string) => listParameters(access, client, path),
  };
}

/** What a recovery writes. */
function writes(access: Access, client: SSMClient) {
  return {
    /** A secret needs its key again: without it, Systems Manager encrypts it with the account's default key. */
    put: (name: string, value: string, { type, keyId, tags }: ParameterKind): Promise<Answer<unknown>> =>
      call(access, 'ssm:PutParameter', (abortSignal) =>
        client.send(
          new PutParameterCommand({
            Name: name,
            Value: value,
            Type: type as ParameterType,
            ...(keyId !== undefined && { KeyId: keyId }),
            // Tags can be given only to a parameter that is created by this call (Systems Manager API Reference).
            ...(tags ? { Tags: tagList(tags) } : { Overwrite: true }),
          }),
          { abortSignal },
        ),
      ),
    deleteParameters: (names: readonly string[]): Promise<Answer<unknown>> =>
      call(access, 'ssm:DeleteParameters', (abortSignal) =>
        client.send(new DeleteParametersCommand({ Names: [...names] }), { abortSignal }),
      ),
  };
}

async function onlineAgents(
  access: Access,
  client: SSMClient,
  instanceIds: readonly string[],
): Promise<Answer<ReadonlySet<string>>> {
  const online = await allBatches(instanceIds, instancesPerCall, async (Values) => {
    const Filters = [{ Key: 'InstanceIds', Values }];
    return mapAnswer(
      await call(access, 'ssm:DescribeInstanceInformation', (abortSignal) =>
        client.send(new DescribeInstanceInformationCommand({ Filters, MaxResults: instancesPerCall }), {
          abortSignal,
        }),
      ),
      ({ InstanceInformationList = [] }) =>
        InstanceInformationList.flatMap(({ PingStatus, InstanceId }) =>
          PingStatus === 'Online' && InstanceId ? [InstanceId] : [],
        ),
    );
  });
  return mapAnswer(online, (ids) => new Set(ids));
}

/** One listing for all commands of a step, rather than a call a command. */
function listRuns(
  access: Access,
  client: SSMClient,
  wanted: ReadonlySet<string>,
  since: Instant,
): Promise<Answer<readonly ObservedCommand[]>> {
  if (wanted.size === 0) return Promise.resolve({ ok: true, value: [] });
  const only =
    wanted.size === 1
      ? { CommandId: [...wanted][0] }
      : { Filters: [{ key: 'InvokedAfter' as const, value: `${since.slice(0, 19)}Z` }] };
  return allPages(access, {
    asked: 'ssm:ListCommandInvocations',
    send: (NextToken, abortSignal) =>
      client.send(new ListCommandInvocationsCommand({ ...only, MaxResults: 50, NextToken }), { abortSignal }),
    next: ({ NextToken }) => NextToken,
    items: ({ CommandInvocations = [] }) =>
      CommandInvocations.filter((run) => wanted.has(run.CommandId ?? '')).map((run) => ({
        commandId: run.CommandId ?? '',
        instanceId: run.InstanceId ?? '',
        status: run.Status ?? '',
        statusDetail: run.StatusDetails ?? '',
      })),
  });
}

function readParameters(
  access: Access,
  client: SSMClient,
  names: readonly string[],
): Promise<Answer<readonly ObservedParameter[]>> {
  return allBatches(names, parametersPerCall, async (Names) =>
    mapAnswer(
      await call(access, 'ssm:GetParameters', (abortSignal) =>
        client.send(new GetParametersCommand({ Names, WithDecryption: true }), { abortSignal }),
      ),
      ({ Parameters = [] }) => Parameters.map(toParameter),
    ),
  );
}

async function readKeys(
  access: Access,
  client: SSMClient,
  names: readonly string[],
): Promise<Answer<ReadonlyMap<string, string>>> {
  const keys = await allBatches(names, filterValuesMax, async (Values) => {
    const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values }];
    return mapAnswer(
      await call(access, 'ssm:DescribeParameters', (abortSignal) =>
        client.send(new DescribeParametersCommand({ ParameterFilters, MaxResults: filterValuesMax }), {
          abortSignal,
        }),
      ),
      ({ Parameters = [] }) =>
        Parameters.flatMap(({ Name, KeyId }) => (Name && KeyId ? [[Name, KeyId] as const] : [])),
    );
  });
  return mapAnswer(keys, (pairs) => new Map(pairs));
}

function listParameters(access: Access, client: SSMClient, path: string): Promise<Answer<readonly string[]>> {
  return allPages(access, {
    asked: 'ssm:GetParametersByPath',
    send: (NextToken, abortSignal) =>
      client.send(new GetParametersByPathCommand({ Path: path, Recursive: true, NextToken }), {
        abortSignal,
      }),
    next: ({ NextToken }) => NextToken,
    items: ({ Parameters = [] }) => Parameters.flatMap(({ Name }) => Name ?? []),
  });
}

function toParameter({ Name = '', Value = '', Type = 'String', Version = 0 }: Parameter): ObservedParameter {
  return { name: Name, value: Value, type: Type, version: Version };
}
