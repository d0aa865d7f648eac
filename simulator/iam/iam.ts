import type { GetInstanceProfileCommandInput, GetInstanceProfileCommandOutput } from '@aws-sdk/client-iam';
import { AwsError } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Operations, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { Permissions } from './permissions.ts';

/** IAM, one for all Regions: knows what roles may do, and the instance profiles that instances may be launched with. Each has a role of its name. */
export class Iam implements Service {
  readonly name = 'iam';
  readonly sim: Simulator;
  readonly permissions: Permissions;
  readonly operations: Operations = {
    GetInstanceProfile: (input: GetInstanceProfileCommandInput) => this.#profile(input),
  };

  constructor(sim: Simulator) {
    this.sim = sim;
    this.permissions = new Permissions(sim);
  }

  /** @throws AwsError NoSuchEntity */
  #profile(input: GetInstanceProfileCommandInput): Omit<GetInstanceProfileCommandOutput, '$metadata'> {
    refuseUnmodelled('iam:GetInstanceProfile', input, ['InstanceProfileName']);
    const name = input.InstanceProfileName ?? '';
    const arn = `arn:aws:iam::${this.sim.accountId}:instance-profile/${name}`;
    if (!this.sim.regions.some(({ ec2 }) => ec2.instanceProfiles.has(arn))) {
      throw new AwsError('NoSuchEntity', `Instance Profile ${name} cannot be found.`, 404);
    }
    const id = this.sim.draws.hex('iam.instanceProfileId', name, 16).toUpperCase();
    // IAM keeps no date for what was there before the world began.
    const CreateDate = new Date(0);
    const role = {
      Path: '/',
      RoleName: name,
      RoleId: `AROA${id}`,
      Arn: `arn:aws:iam::${this.sim.accountId}:role/${name}`,
      CreateDate,
    };
    return {
      InstanceProfile: {
        Path: '/',
        InstanceProfileName: name,
        InstanceProfileId: `AIPA${id}`,
        Arn: arn,
        CreateDate,
        Roles: [role],
      },
    };
  }
}
