import type { DescribeKeyCommandInput, DescribeKeyCommandOutput, KeyState } from '@aws-sdk/client-kms';
import type { Ec2, KeyProblem } from '../ec2/ec2.ts';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';

/** What a key that EBS cannot use says of itself (KMS API Reference, KeyMetadata, KeyState). */
const states: Readonly<Record<KeyProblem, KeyState>> = {
  'is disabled.': 'Disabled',
  'is pending import.': 'PendingImport',
  'is pending deletion.': 'PendingDeletion',
};

/** Services that encrypt with a key that AWS manages, as `alias/aws/…` (KMS Developer Guide, "AWS managed keys"). */
type Managed = 'ebs' | 'rds';

/** KMS of one Region: tells the state of keys. Nothing is encrypted here; what cannot use a key asks EC2 for its problem. */
export class Kms implements Service {
  readonly name = 'kms';
  readonly sim: Simulator;
  readonly region: RegionName;
  readonly #ec2: Ec2;
  readonly #managed: ReadonlyMap<Managed, string>;
  readonly operations: Operations = {
    DescribeKey: (input: DescribeKeyCommandInput) => this.#describe(input),
  };

  constructor(sim: Simulator, region: RegionName, ec2: Ec2) {
    this.sim = sim;
    this.region = region;
    this.#ec2 = ec2;
    const idOfManaged = (name: Managed) => sim.draws.uuid('kms.managedKey', `${region}/${name}`);
    this.#managed = new Map((['ebs', 'rds'] as const).map((name) => [name, ec2.keyArn(idOfManaged(name))]));
  }

  /** The ARN of the key that AWS itself keeps in the account for a service: what is encrypted without a key's name has it. */
  managedKeyArn(name: Managed): string {
    return this.#managed.get(name)!;
  }

  /**
   * A key by its id or ARN. What is encrypted with a key proves that there is one; others are absent.
   * @throws AwsError NotFoundException
   */
  #describe(input: DescribeKeyCommandInput): Omit<DescribeKeyCommandOutput, '$metadata'> {
    refuseUnmodelled('kms:DescribeKey', input, ['KeyId']);
    const asked = input.KeyId ?? '';
    if (asked.startsWith('alias/') || asked.includes(':alias/')) {
      throw new NotSimulated('kms:DescribeKey of an alias');
    }
    const arn = this.#ec2.keyArn(asked);
    const problem = this.#ec2.keyProblem(arn) ?? this.#ec2.keyProblem(idOf(arn));
    const isManaged = [...this.#managed.values()].includes(arn);
    if (problem === undefined && !isManaged && !this.#isInUse(arn)) {
      throw new AwsError('NotFoundException', `Key '${arn}' does not exist`);
    }
    return {
      KeyMetadata: {
        AWSAccountId: this.sim.accountId,
        KeyId: idOf(arn),
        Arn: arn,
        Enabled: problem === undefined,
        KeyState: problem === undefined ? 'Enabled' : states[problem],
        KeyUsage: 'ENCRYPT_DECRYPT',
        KeyManager: isManaged ? 'AWS' : 'CUSTOMER',
        KeySpec: 'SYMMETRIC_DEFAULT',
        MultiRegion: false,
        Description: '',
        CreationDate: new Date(0),
        Origin: 'AWS_KMS',
        CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
        EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      },
    };
  }

  #isInUse(arn: string): boolean {
    const { ec2, rds } = this.sim.region(this.region);
    const users = [...ec2.snapshots.values(), ...ec2.volumes.values(), ...rds.instances.values()];
    return users.some(({ kmsKeyId }) => kmsKeyId !== undefined && ec2.keyArn(kmsKeyId) === arn);
  }
}

function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
