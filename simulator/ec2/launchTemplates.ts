import type {
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  LaunchTemplate as LaunchTemplateShape,
  LaunchTemplateSpecification,
  LaunchTemplateVersion as LaunchTemplateVersionShape,
  ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Operations } from '../service.ts';
import type { Ec2 } from './ec2.ts';
import { allowMembers, endDryRun, invalid, tagList } from './inputs.ts';
import { findOne, kinds } from './kinds.ts';
import { page, type Selection, select } from './select.ts';
import type { LaunchTemplate, LaunchTemplateVersion, Tags } from './state.ts';

export interface ResolvedVersion {
  readonly template: LaunchTemplate;
  readonly number: number;
  readonly version: LaunchTemplateVersion;
}

/**
 * The template and version that a launch names; without a version it is the default one.
 * @throws AwsError InvalidLaunchTemplateId.NotFound, InvalidLaunchTemplateName.NotFoundException, InvalidLaunchTemplateId.VersionNotFound
 */
export function resolveVersion(ec2: Ec2, specification: LaunchTemplateSpecification): ResolvedVersion {
  const template = findTemplate(ec2, specification.LaunchTemplateId, specification.LaunchTemplateName);
  return versionOf(template, specification.Version ?? '$Default');
}

function findTemplate(ec2: Ec2, id: string | undefined, name: string | undefined): LaunchTemplate {
  if ((id === undefined) === (name === undefined)) {
    throw new AwsError(
      'InvalidParameterCombination',
      'Either launch template ID or launch template name must be specified, but not both.',
    );
  }
  if (id !== undefined) return findOne(kinds.launchTemplate, ec2.launchTemplates, id, ec2.nowMs);
  const found = [...ec2.launchTemplates.values()].find((template) => template.name === name);
  if (found) return found;
  throw new AwsError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  );
}

function versionOf(template: LaunchTemplate, asked: string): ResolvedVersion {
  const number = versionNumber(template, asked);
  const version = template.versions[number - 1];
  if (version) return { template, number, version };
  throw new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${asked} for the launch template with ID ${template.id}.`,
  );
}

function versionNumber(template: LaunchTemplate, asked: string): number {
  if (asked === '$Default') return template.defaultVersion;
  if (asked === '$Latest') return template.versions.length;
  if (!/^[1-9]\d*$/.test(asked))
    throw invalid(
      `Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed.`,
    );
  return Number(asked);
}

const templateSelection: Selection<LaunchTemplate> = {
  kind: kinds.launchTemplate,
  minResults: 1,
  maxResults: 200,
  idsWithMaxResults: true,
  filters: {
    operation: 'DescribeLaunchTemplates',
    values: {
      'launch-template-name': ({ name }) => name,
      'create-time': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
    },
    unmodelled: '',
  },
};

/** DescribeLaunchTemplates and DescribeLaunchTemplateVersions. */
export function launchTemplateOperations(ec2: Ec2): Operations {
  return {
    DescribeLaunchTemplates: (input: DescribeLaunchTemplatesRequest): DescribeLaunchTemplatesResult => {
      allowMembers(
        'DescribeLaunchTemplates',
        input,
        'LaunchTemplateIds LaunchTemplateNames Filters MaxResults NextToken',
      );
      const named = (input.LaunchTemplateNames ?? []).map((name) => findTemplate(ec2, undefined, name).id);
      const query = { ...input, ids: [...(input.LaunchTemplateIds ?? []), ...named] };
      const { found, NextToken } = select(ec2.launchTemplates, templateSelection, query, ec2.nowMs);
      endDryRun(input);
      return { LaunchTemplates: found.map((template) => viewTemplate(ec2, template)), NextToken };
    },
    DescribeLaunchTemplateVersions: (input: DescribeLaunchTemplateVersionsRequest) =>
      describeVersions(ec2, input),
  };
}

function describeVersions(
  ec2: Ec2,
  input: DescribeLaunchTemplateVersionsRequest,
): DescribeLaunchTemplateVersionsResult {
  allowMembers(
    'DescribeLaunchTemplateVersions',
    input,
    'LaunchTemplateId LaunchTemplateName Versions MaxResults NextToken',
  );
  const { LaunchTemplateId: id, LaunchTemplateName: name, Versions: asked = [] } = input;
  if (id === undefined && name === undefined) {
    throw new NotSimulated('ec2:DescribeLaunchTemplateVersions across templates');
  }
  const template = findTemplate(ec2, id, name);
  const all = template.versions.map((_, at) => String(at + 1)).reverse();
  const resolved = (asked.length > 0 ? asked : all).map((version) => versionOf(template, version));
  endDryRun(input);
  const rows = resolved.map((row, at) => ({ ...row, id: String(at).padStart(6, '0') }));
  const { found, NextToken } = page(rows, { minResults: 1, maxResults: 200 }, input);
  return { LaunchTemplateVersions: found.map((row) => viewVersion(ec2, row)), NextToken };
}

function viewTemplate(ec2: Ec2, template: LaunchTemplate): LaunchTemplateShape {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdAtMs),
    CreatedBy: `arn:aws:iam::${ec2.sim.accountId}:root`,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: template.versions.length,
    Tags: tagList(template.tags),
  };
}

function viewVersion(ec2: Ec2, { template, number, version }: ResolvedVersion): LaunchTemplateVersionShape {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: number,
    VersionDescription: version.description,
    CreateTime: new Date(template.createdAtMs),
    CreatedBy: `arn:aws:iam::${ec2.sim.accountId}:root`,
    DefaultVersion: number === template.defaultVersion,
    LaunchTemplateData: viewData(version),
  };
}

function viewData(version: LaunchTemplateVersion): ResponseLaunchTemplateData {
  const tagged: [NonNullable<TagTarget>, Tags | undefined][] = [
    ['instance', version.instanceTags],
    ['volume', version.volumeTags],
    ['network-interface', version.networkInterfaceTags],
  ];
  return {
    ImageId: version.imageId,
    InstanceType: version.instanceType as ResponseLaunchTemplateData['InstanceType'],
    SecurityGroupIds: version.securityGroupIds && [...version.securityGroupIds],
    IamInstanceProfile:
      version.instanceProfileArn === undefined ? undefined : { Arn: version.instanceProfileArn },
    KeyName: version.keyName,
    UserData: version.userData,
    DisableApiTermination: version.disableApiTermination,
    TagSpecifications: tagged.flatMap(([ResourceType, tags]) =>
      tags ? [{ ResourceType, Tags: tagList(tags) }] : [],
    ),
    BlockDeviceMappings: version.blockDevices?.map((device) => ({
      DeviceName: device.deviceName,
      ...(device.noDevice
        ? { NoDevice: '' }
        : {
            Ebs: {
              SnapshotId: device.snapshotId,
              VolumeSize: device.sizeGiB,
              VolumeType: device.volumeType as NonNullable<EbsOf>['VolumeType'],
              Encrypted: device.encrypted,
              KmsKeyId: device.kmsKeyId,
              DeleteOnTermination: device.deleteOnTermination,
            },
          }),
    })),
  };
}

type TagTarget = NonNullable<ResponseLaunchTemplateData['TagSpecifications']>[number]['ResourceType'];
type EbsOf = NonNullable<ResponseLaunchTemplateData['BlockDeviceMappings']>[number]['Ebs'];
