import type { Reservation, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { AwsError } from '../errors.ts';
import type { Call, Operations } from '../service.ts';
import { freeAddress } from './addresses.ts';
import type { Ec2 } from './ec2.ts';
import { endDryRun, invalid } from './inputs.ts';
import { viewReservations } from './instanceViews.ts';
import { missingParameter } from './kinds.ts';
import { type LaunchPlan, namedZone, planLaunch } from './launchPlan.ts';
import type { BlockDeviceSpec, Instance } from './state.ts';

/** RunInstances. */
export function launchOperations(ec2: Ec2): Operations {
  return { RunInstances: (input: RunInstancesRequest, call: Call) => runInstances(ec2, input, call) };
}

function runInstances(ec2: Ec2, input: RunInstancesRequest, call: Call): Reservation {
  const { MinCount: least, MaxCount: most, ClientToken: token } = input;
  if (least === undefined) throw missingParameter('MinCount');
  if (most === undefined) throw missingParameter('MaxCount');
  if (!(least >= 1 && least <= most)) {
    throw invalid(
      `Invalid value '${most}' for MaxCount. Must be greater than or equal to MinCount '${least}', which is at least 1`,
    );
  }
  const scope = `RunInstances ${namedZone(ec2, input) ?? ''}`;
  const earlier = ec2.tokens.recall(scope, token, input);
  if (earlier) return repeatAnswer(ec2, earlier);
  const plan = planLaunch(ec2, input);
  const { subnet, type } = plan;
  if (!ec2.capacity.isOffered(subnet.zone, type.name)) throw unsupported(ec2, subnet.zone, type.name);
  const addressed = Math.min(most, subnet.availableIps);
  if (addressed < least) {
    throw new AwsError(
      'InsufficientFreeAddressesInSubnet',
      `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
    );
  }
  endDryRun(input);
  const subject = `${token ?? call.caller.accessKeyId}/${subnet.zone}`;
  const count = ec2.capacity.take(subnet.zone, type, least, addressed, subject);
  const reservationId = ec2.sim.draws.id('r-', subject);
  const launched = Array.from({ length: count }, (_, launchIndex) =>
    launchOne(ec2, plan, { reservationId, launchIndex }, subject, token),
  );
  ec2.tokens.remember(
    scope,
    token,
    input,
    launched.map(({ id }) => id),
  );
  return viewReservations(ec2, launched)[0]!;
}

/** A token whose instance is gone brings an error, not a new instance. */
function repeatAnswer(ec2: Ec2, ids: readonly string[]): Reservation {
  const instances = ids.map((id) => ec2.instances.get(id)).filter((instance) => instance !== undefined);
  if (instances.length < ids.length || instances.some(({ state }) => state === 'terminated')) {
    throw new AwsError(
      'IdempotentInstanceTerminated',
      'The client token you have provided is associated with a terminated instance. Please use a different client token.',
    );
  }
  return viewReservations(ec2, instances)[0]!;
}

function launchOne(
  ec2: Ec2,
  plan: LaunchPlan,
  place: Pick<Instance, 'reservationId' | 'launchIndex'>,
  subject: string,
  token: string | undefined,
): Instance {
  const { image, subnet } = plan;
  const id = ec2.sim.draws.id('i-', subject);
  const lagSeconds = ec2.sim.draws.sample('ec2.describeConsistencyLag', id);
  subnet.availableIps -= 1;
  const instance: Instance = {
    id,
    imageId: image.id,
    instanceType: plan.type.name,
    architecture: image.architecture,
    rootDeviceName: image.rootDeviceName,
    ...place,
    zone: subnet.zone,
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    privateIp: freeAddress(ec2, subnet, id),
    securityGroupIds: [...plan.securityGroupIds],
    tags: { ...plan.instanceTags },
    state: 'pending',
    stateReason: { code: 'pending', message: 'pending' },
    launchedAtMs: ec2.nowMs,
    disableApiTermination: plan.disableApiTermination,
    visibleAtMs: ec2.nowMs + lagSeconds * 1000,
    ...(plan.instanceProfileArn && { instanceProfileArn: plan.instanceProfileArn }),
    ...(plan.keyName && { keyName: plan.keyName }),
    ...(plan.userData && { userData: plan.userData }),
    ...(token && { clientToken: token }),
  };
  ec2.instances.set(id, instance);
  for (const device of plan.devices) addDevice(ec2, instance, device, plan);
  ec2.lifecycle.announce(instance, undefined);
  ec2.lifecycle.powerOn(instance, 'launch');
  return instance;
}

function addDevice(ec2: Ec2, instance: Instance, device: BlockDeviceSpec, plan: LaunchPlan): void {
  const snapshot = device.snapshotId === undefined ? undefined : ec2.snapshots.get(device.snapshotId);
  const kmsKeyId = device.kmsKeyId ?? snapshot?.kmsKeyId;
  const volume = ec2.disks.add(
    {
      zone: instance.zone,
      sizeGiB: device.sizeGiB ?? snapshot!.sizeGiB,
      volumeType: device.volumeType ?? 'gp3',
      encrypted: (device.encrypted ?? false) || (snapshot?.encrypted ?? false),
      tags: { ...plan.volumeTags },
      ...(snapshot && { snapshot }),
      ...(kmsKeyId && { kmsKeyId }),
    },
    `${instance.id}${device.deviceName}`,
    'available',
  );
  ec2.attachments.hang(volume, instance, device.deviceName, {
    state: 'attached',
    deleteOnTermination: device.deleteOnTermination ?? false,
    instanceViewAtMs: ec2.nowMs,
  });
}

function unsupported(ec2: Ec2, zone: string, type: string): AwsError {
  const others = ec2.zones.filter((other) => other !== zone && ec2.capacity.isOffered(other, type));
  return new AwsError(
    'Unsupported',
    `Your requested instance type (${type}) is not supported in your requested Availability Zone (${zone}). Please retry your request by not specifying an Availability Zone or choosing ${others.join(', ')}.`,
  );
}
