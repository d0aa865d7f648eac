import { AwsError } from '../errors.ts';
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { Deployment, type FunctionCode } from './deployment.ts';
import type { ResolvedResource, ResourceModels } from './model.ts';
import { Stack } from './stack.ts';
import { type Template, TemplateError } from './template.ts';
import { accessModels } from './types/access.ts';
import { computeModels } from './types/compute.ts';
import { operationsModels } from './types/operations.ts';
import { storageModels } from './types/storage.ts';
import { workflowModels } from './types/workflow.ts';

export type { Schedule } from '../events/schedules.ts';
export {
  Deployment,
  type FunctionCode,
  type Permission,
  type Role,
  type TemplateFunction,
} from './deployment.ts';
export { type Template, TemplateError } from './template.ts';

/** Every resource type that can be deployed. */
export const resourceModels: ResourceModels = {
  ...accessModels,
  ...computeModels,
  ...operationsModels,
  ...storageModels,
  ...workflowModels,
};

export interface DeployOptions {
  readonly stackName: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly code: FunctionCode;
}

/**
 * Creates what a template describes in one Region of the simulator, at once: the stack stands before a simulation begins.
 * Updates, deletions and roll-backs are not modelled.
 * @throws TemplateError where CloudFormation would refuse the template, naming the logical id and the path
 * @throws NotSimulated for a resource type, property or function that is not modelled
 */
export function deployTemplate(
  sim: Simulator,
  region: RegionName,
  template: Template,
  options: DeployOptions,
): Deployment {
  const { stackName, code, parameters = {} } = options;
  const suffixes = new Map<string, string>();
  const suffix = (logicalId: string) => {
    const known = suffixes.get(logicalId);
    if (known !== undefined) return known;
    const drawn = sim.draws.hex('cloudformation.suffix', `${region}/${stackName}/${logicalId}`, 12);
    suffixes.set(logicalId, drawn);
    return drawn;
  };
  const zones = (name: RegionName) => sim.region(name).zones;
  const setting = { stackName, region, accountId: sim.accountId, parameters, zones, suffix };
  const stack = new Stack(template, setting, resourceModels);
  const resources = stack.resources();
  const outputs = stack.outputs();
  const deployment = new Deployment({ sim, region: sim.region(region), stackName, code, resources, outputs });
  for (const resource of resources) create(resource, deployment);
  guardFunctions(sim, deployment);
  return deployment;
}

/** A service principal invokes a function only where the function's own policy names it; a role's policy is another matter. */
function guardFunctions(sim: Simulator, { permissions, functions }: Deployment): void {
  sim.guards.push((principal, action, resource) => {
    if (!principal.endsWith('.amazonaws.com') || !functions.has(resource)) return true;
    return permissions.some(
      (each) => each.principal === principal && each.action === action && each.functionArn === resource,
    );
  });
}

function create(resource: ResolvedResource, deployment: Deployment): void {
  try {
    resourceModels[resource.type]!.create(resource, deployment);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new TemplateError(resource.logicalId, `${error.code}: ${error.message}`);
  }
}
