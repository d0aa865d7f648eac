import type {
  DeregisterTargetsInput,
  DescribeListenersInput,
  DescribeListenersOutput,
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput,
  DescribeTagsInput,
  DescribeTagsOutput,
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  RegisterTargetsInput,
  TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Operations } from '../service.ts';
import type { LoadBalancing } from './elbv2.ts';
import type { TargetGroup } from './state.ts';
import { viewHealth, viewListener, viewLoadBalancer, viewTargetGroup } from './views.ts';

/** What is modelled of Elastic Load Balancing, version 2 (its API Reference names the errors). */
export function loadBalancingOperations(elb: LoadBalancing): Operations {
  return {
    DescribeLoadBalancers: (input: DescribeLoadBalancersInput) => describeLoadBalancers(elb, input),
    DescribeListeners: (input: DescribeListenersInput) => describeListeners(elb, input),
    DescribeTargetGroups: (input: DescribeTargetGroupsInput) => describeTargetGroups(elb, input),
    DescribeTargetHealth: (input: DescribeTargetHealthInput) => describeTargetHealth(elb, input),
    DescribeTags: (input: DescribeTagsInput) => describeTags(elb, input),
    RegisterTargets: (input: RegisterTargetsInput) => registerTargets(elb, input),
    DeregisterTargets: (input: DeregisterTargetsInput) => {
      const group = groupByArn(elb, input.TargetGroupArn);
      for (const { Id: id = '', Port: port } of input.Targets ?? [])
        elb.registry.deregister(group, id, port ?? group.port);
      return {};
    },
  };
}

function describeLoadBalancers(
  elb: LoadBalancing,
  input: DescribeLoadBalancersInput,
): DescribeLoadBalancersOutput {
  refuseBoth(input.LoadBalancerArns, input.Names);
  const all = [...elb.loadBalancers.values()];
  const found = named(all, input.LoadBalancerArns, input.Names, loadBalancerNotFound);
  const { rows, NextMarker } = paged(found, input);
  return { LoadBalancers: rows.map(viewLoadBalancer), NextMarker };
}

function describeListeners(elb: LoadBalancing, input: DescribeListenersInput): DescribeListenersOutput {
  if (input.ListenerArns) throw new NotSimulated('elasticloadbalancing:DescribeListeners by ListenerArns');
  if (!input.LoadBalancerArn) throw validation('A load balancer ARN or listener ARNs must be specified');
  const [balancer] = named(
    [...elb.loadBalancers.values()],
    [input.LoadBalancerArn],
    undefined,
    loadBalancerNotFound,
  );
  const arnOf = (name: string) => elb.targetGroup(name).arn;
  return { Listeners: balancer!.listeners.map((listener) => viewListener(balancer!, listener, arnOf)) };
}

function describeTargetGroups(
  elb: LoadBalancing,
  input: DescribeTargetGroupsInput,
): DescribeTargetGroupsOutput {
  refuseBoth(input.TargetGroupArns, input.Names);
  if (input.LoadBalancerArn !== undefined) {
    named([...elb.loadBalancers.values()], [input.LoadBalancerArn], undefined, loadBalancerNotFound);
  }
  const all = [...elb.targetGroups.values()].filter(
    (group) =>
      input.LoadBalancerArn === undefined ||
      elb.balancersOf(group).some(({ arn }) => arn === input.LoadBalancerArn),
  );
  const { rows, NextMarker } = paged(named(all, input.TargetGroupArns, input.Names, groupNotFound), input);
  return { TargetGroups: rows.map((group) => viewTargetGroup(group, elb.balancersOf(group))), NextMarker };
}

function describeTargetHealth(
  elb: LoadBalancing,
  input: DescribeTargetHealthInput,
): DescribeTargetHealthOutput {
  if (input.Include) throw new NotSimulated('elasticloadbalancing:DescribeTargetHealth with Include');
  const group = groupByArn(elb, input.TargetGroupArn);
  const asked = input.Targets?.map(({ Id: id = '', Port: port }) => ({
    instanceId: id,
    port: port ?? group.port,
  }));
  const targets = asked ?? [...group.targets.values()];
  return {
    TargetHealthDescriptions: targets.map(({ instanceId, port }) =>
      viewHealth(instanceId, port, elb.registry.healthOf(group, instanceId, port)),
    ),
  };
}

/** Tags of target groups and load balancers, 20 a call (API Reference, DescribeTags). */
function describeTags(elb: LoadBalancing, input: DescribeTagsInput): DescribeTagsOutput {
  const arns = input.ResourceArns ?? [];
  if (arns.length === 0) throw validation('At least one resource ARN must be specified');
  if (arns.length > tagsMost) throw validation(`At most ${tagsMost} resource ARNs can be specified`);
  return {
    TagDescriptions: arns.map((arn) => {
      const isGroup = /:targetgroup\//.test(arn);
      const all = isGroup ? [...elb.targetGroups.values()] : [...elb.loadBalancers.values()];
      const [found] = named<{ arn: string; name: string; tags: Readonly<Record<string, string>> }>(
        all,
        [arn],
        undefined,
        isGroup ? groupNotFound : loadBalancerNotFound,
      );
      const Tags = Object.entries(found!.tags).map(([Key, Value]) => ({ Key, Value }));
      return { ResourceArn: arn, Tags };
    }),
  };
}

const tagsMost = 20;

/** Only running instances of the group's own VPC can be registered, and either all of them are or none is. */
function registerTargets(elb: LoadBalancing, input: RegisterTargetsInput): Record<string, never> {
  const group = groupByArn(elb, input.TargetGroupArn);
  const targets = input.Targets ?? [];
  if (targets.length === 0) throw validation('At least one target must be specified');
  refuseTargets(
    elb,
    targets,
    (id) => !elb.ec2.instances.has(id),
    (ids) => `The following targets do not exist: ${ids}`,
  );
  refuseTargets(
    elb,
    targets,
    (id) => elb.ec2.instances.get(id)?.vpcId !== group.vpcId,
    (ids) => `The following targets are not in the target group VPC '${group.vpcId}': ${ids}`,
  );
  refuseTargets(
    elb,
    targets,
    (id) => elb.ec2.instances.get(id)?.state !== 'running',
    (ids) => `The following targets are not in a running state and cannot be registered: ${ids}`,
  );
  for (const { Id: id = '', Port: port } of targets) elb.registry.register(group, id, port ?? group.port);
  return {};
}

function refuseTargets(
  elb: LoadBalancing,
  targets: readonly TargetDescription[],
  isBad: (id: string) => boolean,
  message: (ids: string) => string,
): void {
  for (const target of targets) {
    if (target.AvailabilityZone !== undefined || target.QuicServerId !== undefined) {
      throw new NotSimulated(`elasticloadbalancing in ${elb.region} with a target's zone or QUIC server`);
    }
  }
  const bad = targets.map(({ Id: id = '' }) => id).filter(isBad);
  if (bad.length > 0) throw new AwsError('InvalidTarget', message(bad.map((id) => `'${id}'`).join(', ')));
}

function groupByArn(elb: LoadBalancing, arn: string | undefined): TargetGroup {
  if (!arn) throw validation('A target group ARN must be specified');
  if (!/^arn:aws:elasticloadbalancing:[^:]+:\d+:targetgroup\//.test(arn)) {
    throw validation(`'${arn}' is not a valid target group ARN`);
  }
  return named([...elb.targetGroups.values()], [arn], undefined, groupNotFound)[0]!;
}

/** The rows with these ARNs or names; all of them when neither is given. */
function named<R extends { readonly arn: string; readonly name: string }>(
  all: readonly R[],
  arns: readonly string[] | undefined,
  names: readonly string[] | undefined,
  notFound: (asked: readonly string[]) => AwsError,
): readonly R[] {
  const asked = [...(arns ?? []), ...(names ?? [])];
  if (asked.length === 0) return all;
  const found = all.filter(({ arn, name }) => arns?.includes(arn) || names?.includes(name));
  const missing = asked.filter((each) => !found.some(({ arn, name }) => arn === each || name === each));
  if (missing.length > 0) throw notFound(missing);
  return found;
}

const pageSizeMax = 400;

function paged<R extends { readonly arn: string }>(
  rows: readonly R[],
  input: { readonly Marker?: string | undefined; readonly PageSize?: number | undefined },
): { rows: readonly R[]; NextMarker?: string } {
  const { Marker: marker, PageSize: size = pageSizeMax } = input;
  if (size < 1 || size > pageSizeMax) throw validation(`Page size must be between 1 and ${pageSizeMax}`);
  const start = marker === undefined ? 0 : rows.findIndex(({ arn }) => arn === marker);
  if (start < 0) throw validation(`The marker '${marker}' is not valid`);
  const shown = rows.slice(start, start + size);
  const next = rows[start + size];
  return next ? { rows: shown, NextMarker: next.arn } : { rows: shown };
}

function refuseBoth(arns: readonly string[] | undefined, names: readonly string[] | undefined): void {
  if (arns && names) throw validation('ARNs and names cannot be specified at the same time');
}

function loadBalancerNotFound(asked: readonly string[]): AwsError {
  return new AwsError('LoadBalancerNotFound', `Load balancers '[${asked.join(', ')}]' not found`);
}

function groupNotFound(asked: readonly string[]): AwsError {
  return new AwsError('TargetGroupNotFound', `One or more target groups not found: ${asked.join(', ')}`);
}

function validation(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
