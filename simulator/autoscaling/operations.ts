import type {
  AutoScalingGroupNamesType,
  AutoScalingGroupsType,
  AutoScalingInstancesType,
  DescribeAutoScalingInstancesType,
  Filter,
  ScalingProcessQuery,
} from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Operations } from '../service.ts';
import type { AutoScaling } from './autoscaling.ts';
import { type AutoScalingGroup, type ProcessName, processes } from './state.ts';
import { viewGroup, viewInstance } from './views.ts';

/** What is modelled of EC2 Auto Scaling (its API Reference names the errors). */
export function autoScalingOperations(scaling: AutoScaling): Operations {
  return {
    DescribeAutoScalingGroups: (input: AutoScalingGroupNamesType) => describeGroups(scaling, input),
    DescribeAutoScalingInstances: (input: DescribeAutoScalingInstancesType) =>
      describeInstances(scaling, input),
    SuspendProcesses: (input: ScalingProcessQuery) => {
      refuseUnmodelled('autoscaling:SuspendProcesses', input, ['AutoScalingGroupName', 'ScalingProcesses']);
      const { group, named } = readQuery(scaling, input);
      const nowMs = scaling.sim.clock.nowMs();
      for (const name of named) if (!group.suspended.has(name)) group.suspended.set(name, nowMs);
      return {};
    },
    ResumeProcesses: (input: ScalingProcessQuery) => {
      refuseUnmodelled('autoscaling:ResumeProcesses', input, ['AutoScalingGroupName', 'ScalingProcesses']);
      const { group, named } = readQuery(scaling, input);
      for (const name of named) group.suspended.delete(name);
      scaling.keeper.checkSoon(group);
      return {};
    },
  };
}

/** Groups that do not exist are left out without an error (API Reference, DescribeAutoScalingGroups). */
function describeGroups(scaling: AutoScaling, input: AutoScalingGroupNamesType): AutoScalingGroupsType {
  refuseUnmodelled('autoscaling:DescribeAutoScalingGroups', input, [
    'AutoScalingGroupNames',
    'Filters',
    'MaxRecords',
    'NextToken',
  ]);
  const { AutoScalingGroupNames: names = [], Filters: filters = [], MaxRecords: size = 50 } = input;
  const found = [...scaling.groups.values()].filter(
    (group) =>
      (names.length === 0 || names.includes(group.name)) && filters.every((filter) => passes(group, filter)),
  );
  const { rows, NextToken } = paged(found, ({ name }) => name, input.NextToken, size, 100);
  return { AutoScalingGroups: rows.map((group) => viewGroup(scaling, group)), NextToken };
}

/** Values of one filter are alternatives; several filters must all pass. */
function passes(group: AutoScalingGroup, { Name: name = '', Values: values = [] }: Filter): boolean {
  if (name === 'tag-key') return values.some((key) => Object.hasOwn(group.tags, key));
  if (name === 'tag-value') return Object.values(group.tags).some((value) => values.includes(value));
  if (!name.startsWith('tag:')) throw validation(`Filter type ${name} is not correct`);
  const value = group.tags[name.slice('tag:'.length)];
  return value !== undefined && values.includes(value);
}

function describeInstances(
  scaling: AutoScaling,
  input: DescribeAutoScalingInstancesType,
): AutoScalingInstancesType {
  refuseUnmodelled('autoscaling:DescribeAutoScalingInstances', input, [
    'InstanceIds',
    'MaxRecords',
    'NextToken',
  ]);
  const { InstanceIds: ids = [], MaxRecords: size = 50 } = input;
  const all = [...scaling.groups.values()].flatMap((group) =>
    [...group.members.values()].map((member) => ({ group, member })),
  );
  const found = all.filter(({ member }) => ids.length === 0 || ids.includes(member.instanceId));
  const { rows, NextToken } = paged(found, ({ member }) => member.instanceId, input.NextToken, size, 50);
  return {
    AutoScalingInstances: rows.map(({ group, member }) => ({
      ...viewInstance(group, member),
      AutoScalingGroupName: group.name,
    })),
    NextToken,
  };
}

/** Without a list, every process is meant (API Reference, SuspendProcesses). */
function readQuery(
  scaling: AutoScaling,
  { AutoScalingGroupName: name = '', ScalingProcesses: named = [] }: ScalingProcessQuery,
): { readonly group: AutoScalingGroup; readonly named: readonly ProcessName[] } {
  const group = scaling.groups.get(name);
  if (!group) throw validation('AutoScalingGroup name not found - null');
  const isProcess = (each: string): each is ProcessName => processes.some((known) => known === each);
  const odd = named.find((each) => !isProcess(each));
  if (odd !== undefined) throw validation(`${odd} is not a valid Scaling Process`);
  return { group, named: named.length === 0 ? processes : named.filter(isProcess) };
}

function paged<R>(
  rows: readonly R[],
  keyOf: (row: R) => string,
  token: string | undefined,
  size: number,
  sizeMax: number,
): { readonly rows: readonly R[]; readonly NextToken: string | undefined } {
  if (size < 1 || size > sizeMax) throw validation(`MaxRecords must be between 1 and ${sizeMax}`);
  const start = token === undefined ? 0 : rows.findIndex((row) => keyOf(row) === token);
  if (start < 0) throw new AwsError('InvalidNextToken', `The token '${token}' is invalid.`);
  const next = rows[start + size];
  return { rows: rows.slice(start, start + size), NextToken: next && keyOf(next) };
}

function validation(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
