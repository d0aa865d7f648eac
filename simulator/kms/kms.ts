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

/** KMS of one Region: tells the state of keys. Nothing is encrypted here; what cannot use a key asks EC2 for its problem. */
export class Kms implements Service {
  readonly name = 'kms';
  readonly sim: Simulator;
  readonly region: RegionName;
  readonly #ec2: Ec2;
  readonly operations: Operations = {
    DescribeKey: (input: DescribeKeyCommandInput) => this.#describe(input),
  };

  constructor(sim: Simulator, region: RegionName, ec2: Ec2) {
    this.sim = sim;
    this.region = region;
    this.#ec2 = ec2;
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
    if (problem === undefined && !this.#isInUse(arn)) {
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
        KeyManager: 'CUSTOMER',
        KeySpec: 'SYMMETRIC_DEFAULT',
        MultiRegion: false,
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
