import type { GetInstanceProfileCommandInput, GetInstanceProfileCommandOutput } from '@aws-sdk/client-iam';
import { AwsError } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Operations, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { Permissions } from './permissions.ts';

/** Who may take the role of an instance, percent-encoded as IAM gives documents (IAM API Reference, Role). */
const trustOfInstances = encodeURIComponent(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  }),
);

/** IAM, one for all Regions: knows what roles may do, and the instance profiles that instances may be launched with. Each has a role of its name. */
export class Iam implements Service {
  readonly name = 'iam';
  readonly sim: Simulator;
  readonly permissions: Permissions;
  readonly operations: Operations = {
    GetInstanceProfile: (input: GetInstanceProfileCommandInput) => this.#profile(input),
  };

  readonly #profileIds = new Map<string, string>();

  constructor(sim: Simulator) {
    this.sim = sim;
    this.permissions = new Permissions(sim);
  }

  /** The id that instances and IAM itself give for a profile, drawn once. */
  profileId(name: string): string {
    const known = this.#profileIds.get(name);
    if (known !== undefined) return known;
    const id = `AIPA${this.sim.draws.hex('iam.instanceProfileId', name, 16).toUpperCase()}`;
    this.#profileIds.set(name, id);
    return id;
  }

  /** @throws AwsError NoSuchEntity */
  #profile(input: GetInstanceProfileCommandInput): Omit<GetInstanceProfileCommandOutput, '$metadata'> {
    refuseUnmodelled('iam:GetInstanceProfile', input, ['InstanceProfileName']);
    const name = input.InstanceProfileName ?? '';
    const arn = `arn:aws:iam::${this.sim.accountId}:instance-profile/${name}`;
    if (!this.sim.regions.some(({ ec2 }) => ec2.instanceProfiles.has(arn))) {
      throw new AwsError('NoSuchEntity', `Instance Profile ${name} cannot be found.`, 404);
    }
    // IAM keeps no date for what was there before the world began.
    const CreateDate = new Date(0);
    const role = {
      Path: '/',
      RoleName: name,
      RoleId: this.profileId(name).replace('AIPA', 'AROA'),
      Arn: `arn:aws:iam::${this.sim.accountId}:role/${name}`,
      CreateDate,
      AssumeRolePolicyDocument: trustOfInstances,
    };
    return {
      InstanceProfile: {
        Path: '/',
        InstanceProfileName: name,
        InstanceProfileId: this.profileId(name),
        Arn: arn,
        CreateDate,
        Roles: [role],
      },
    };
  }
}
