import type {
  DescribeInstanceInformationCommandInput,
  DescribeInstanceInformationCommandOutput,
  InstanceInformation,
} from '@aws-sdk/client-ssm';
import type { Clock } from '../clock.ts';
import type { Ec2 } from '../ec2/ec2.ts';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Operations } from '../service.ts';
import type { Agent, Agents } from './agents.ts';
import { checkRange, pageOf } from './errors.ts';

interface Filter {
  readonly key: string;
  readonly values: readonly string[];
}

/** DescribeInstanceInformation (Systems Manager API Reference). */
export function agentOperations(agents: Agents, ec2: Ec2, clock: Clock): Operations {
  return {
    DescribeInstanceInformation(
      input: DescribeInstanceInformationCommandInput,
    ): Omit<DescribeInstanceInformationCommandOutput, '$metadata'> {
      checkRange('maxResults', input.MaxResults, 5, 50);
      const newer = input.Filters?.map(({ Key = '', Values = [] }) => ({ key: Key, values: Values }));
      const older = input.InstanceInformationFilterList?.map(({ key = '', valueSet = [] }) => ({
        key,
        values: valueSet,
      }));
      if (newer && older) {
        throw new AwsError(
          'InvalidInstanceInformationFilterValue',
          'Filters and InstanceInformationFilterList cannot be used together.',
        );
      }
      const filters: readonly Filter[] = newer ?? older ?? [];
      const shown = agents.all.map((agent) =>
        describe(agent, agents.seemsOnline(agent.instanceId), ec2, clock),
      );
      const found = shown.filter((instance) => filters.every((filter) => fits(instance, filter, ec2)));
      const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? 10);
      return { InstanceInformationList: [...page], ...next };
    },
  };
}

function describe(agent: Agent, online: boolean, ec2: Ec2, clock: Clock): InstanceInformation {
  const instance = ec2.instances.get(agent.instanceId);
  const lastPingAtMs =
    online && agent.silentSinceMs === undefined ? clock.nowMs() : (agent.silentSinceMs ?? agent.lastPingAtMs);
  return {
    InstanceId: agent.instanceId,
    PingStatus: online ? 'Online' : 'ConnectionLost',
    LastPingDateTime: new Date(lastPingAtMs),
    AgentVersion: '3.3.2299.0',
    IsLatestVersion: true,
    PlatformType: 'Linux',
    PlatformName: 'Amazon Linux',
    PlatformVersion: '2023',
    ResourceType: 'EC2Instance',
    IPAddress: instance?.privateIp ?? '',
    ComputerName: instance ? `ip-${instance.privateIp.replaceAll('.', '-')}` : '',
    SourceId: agent.instanceId,
    SourceType: 'AWS::EC2::Instance',
  };
}

function fits(shown: InstanceInformation, { key, values }: Filter, ec2: Ec2): boolean {
  switch (key) {
    case 'InstanceIds':
      return values.includes(shown.InstanceId ?? '');
    case 'PingStatus':
      return values.includes(shown.PingStatus ?? '');
    case 'ResourceType':
      return values.includes('EC2Instance');
    case 'PlatformTypes':
      return values.includes('Linux');
    default:
      break;
  }
  const tags = ec2.instances.get(shown.InstanceId ?? '')?.tags ?? {};
  if (key === 'tag-key') return values.some((value) => Object.hasOwn(tags, value));
  if (!key.startsWith('tag:'))
    throw new NotSimulated(`ssm:DescribeInstanceInformation with the filter ${key}`);
  const value = tags[key.slice('tag:'.length)];
  return value !== undefined && values.includes(value);
}
