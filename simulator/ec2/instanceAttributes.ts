import type { ModifyInstanceAttributeRequest } from '@aws-sdk/client-ec2';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Operations } from '../service.ts';
import type { Ec2 } from './ec2.ts';
import { allowMembers, endDryRun, invalid } from './inputs.ts';
import { findInstanceType } from './instanceTypes.ts';
import { findAll, findOne, kinds } from './kinds.ts';
import type { Instance } from './state.ts';

/** ModifyInstanceAttribute: the type (only of a stopped instance), security groups, protection from termination. */
export function instanceAttributeOperations(ec2: Ec2): Operations {
  return { ModifyInstanceAttribute: (input: ModifyInstanceAttributeRequest) => modify(ec2, input) };
}

const modelled = ['InstanceType', 'Groups', 'DisableApiTermination', 'BlockDeviceMappings'] as const;

function modify(ec2: Ec2, input: ModifyInstanceAttributeRequest): Record<string, never> {
  allowMembers('ModifyInstanceAttribute', input, `InstanceId ${modelled.join(' ')}`);
  const instance = findOne(kinds.instance, ec2.instances, input.InstanceId, ec2.nowMs);
  const given = modelled.filter((name) => input[name] !== undefined);
  if (given.length !== 1) {
    throw new AwsError(
      'InvalidParameterCombination',
      given.length === 0 ? 'No attributes specified.' : 'Fields for multiple attribute types specified',
    );
  }
  const apply = changeOf(ec2, instance, input);
  endDryRun(input);
  apply();
  return {};
}

/** Checks a change and returns how to make it. */
function changeOf(ec2: Ec2, instance: Instance, input: ModifyInstanceAttributeRequest): () => void {
  const {
    InstanceType: type,
    Groups: groups,
    DisableApiTermination: protection,
    BlockDeviceMappings: devices,
  } = input;
  if (type) return typeChange(instance, type.Value ?? '');
  if (groups) return groupChange(ec2, instance, groups);
  if (protection) {
    return () => {
      instance.disableApiTermination = protection.Value ?? false;
    };
  }
  return deviceChange(ec2, instance, devices ?? []);
}

function typeChange(instance: Instance, name: string): () => void {
  if (instance.state !== 'stopped') {
    throw new AwsError(
      'IncorrectInstanceState',
      `The instance '${instance.id}' is not in the 'stopped' state.`,
    );
  }
  const type = findInstanceType(name);
  if (!type) throw invalid(`Invalid value '${name}' for InstanceType.`);
  if (type.architecture !== instance.architecture) {
    throw invalid(
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${instance.architecture}' of the instance.`,
    );
  }
  return () => {
    instance.instanceType = name;
  };
}

function groupChange(ec2: Ec2, instance: Instance, ids: readonly string[]): () => void {
  const groups = findAll(kinds.securityGroup, ec2.securityGroups, ids, ec2.nowMs);
  const foreign = groups.find(({ vpcId }) => vpcId !== instance.vpcId);
  if (foreign) {
    throw new AwsError(
      'InvalidGroup.NotFound',
      `You have specified two resources that belong to different networks: ${foreign.id} and ${instance.vpcId}.`,
    );
  }
  return () => {
    instance.securityGroupIds = groups.map(({ id }) => id);
  };
}

function deviceChange(
  ec2: Ec2,
  instance: Instance,
  devices: NonNullable<ModifyInstanceAttributeRequest['BlockDeviceMappings']>,
): () => void {
  const changes = devices.map((device) => {
    allowMembers('ModifyInstanceAttribute BlockDeviceMappings', device, 'DeviceName Ebs');
    allowMembers('ModifyInstanceAttribute Ebs', device.Ebs ?? {}, 'DeleteOnTermination');
    const attachment = ec2.attachments
      .of(instance.id)
      .map((volume) => volume.attachment!)
      .find((each) => each.device === device.DeviceName);
    if (!attachment) {
      throw new AwsError(
        'InvalidInstanceAttributeValue',
        `No device is currently mapped at ${device.DeviceName}`,
      );
    }
    const deleteOnTermination = device.Ebs?.DeleteOnTermination;
    if (deleteOnTermination === undefined)
      throw new NotSimulated('ec2:ModifyInstanceAttribute of a device without Ebs');
    return { attachment, deleteOnTermination };
  });
  return () => {
    for (const { attachment, deleteOnTermination } of changes)
      attachment.deleteOnTermination = deleteOnTermination;
  };
}
