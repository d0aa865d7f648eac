import assert from 'node:assert/strict';
import {
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeVolumesCommand,
  EC2Client,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  type Volume,
} from '@aws-sdk/client-ec2';
import { openAccount, recovery as region, settings } from './data-account.ts';

export const zoneA = `${region}a`;
export const zoneC = `${region}c`;

/** An account whose Region has an image, two subnets and a client; `launch` and friends act through the client. */
export function openEc2(seed: string | number = 'ec2') {
  const sim = openAccount(seed);
  const { ec2 } = sim.region(region);
  const client = new EC2Client(settings(sim, region));
  const image = ec2.addImage({ name: 'web', tags: { Name: 'web' } });
  const subnetA = ec2.addSubnet({ zone: zoneA, vpcId: 'vpc-main', tags: { Name: 'a' } });
  const subnetC = ec2.addSubnet({ zone: zoneC, vpcId: 'vpc-main', tags: { Name: 'c' } });
  const drive = <T>(answer: Promise<T>): Promise<T> => sim.clock.drive(answer);
  let requests = 0;
  /** A token of the test's own: the SDK's would be random, and what is drawn for a new resource follows from its token. */
  const tokenOfRequest = () => {
    requests += 1;
    return { ClientToken: `request ${requests}` };
  };

  /** Launches, and returns the instances as the answer has them. */
  const launch = async (more: Partial<RunInstancesCommandInput> = {}): Promise<Instance[]> => {
    const input = {
      ImageId: image.id,
      InstanceType: 'm6i.large' as const,
      SubnetId: subnetA.id,
      MinCount: 1,
      MaxCount: 1,
      ...tokenOfRequest(),
    };
    const { Instances = [] } = await drive(client.send(new RunInstancesCommand({ ...input, ...more })));
    return Instances;
  };

  return {
    sim,
    ec2,
    region,
    client,
    image,
    subnetA,
    subnetC,
    drive,
    launch,
    /** Lets so many simulated seconds pass. */
    wait: (seconds: number): Promise<void> => sim.clock.driveUntil(sim.clock.nowMs() + seconds * 1000),
    /** The code and message of a call that must be refused. */
    refusal: (answer: Promise<unknown>): Promise<string> =>
      drive(
        answer.then(
          () => assert.fail('the call was not refused'),
          (error: Error) => `${error.name}: ${error.message}`,
        ),
      ),
    describeInstances: async (input: DescribeInstancesCommandInput): Promise<Instance[]> => {
      const { Reservations = [] } = await drive(client.send(new DescribeInstancesCommand(input)));
      return Reservations.flatMap(({ Instances = [] }) => Instances);
    },
    describeVolume: async (id: string): Promise<Volume> => {
      const { Volumes = [] } = await drive(client.send(new DescribeVolumesCommand({ VolumeIds: [id] })));
      return Volumes[0]!;
    },
    createVolume: async (more: Partial<CreateVolumeCommandInput> = {}): Promise<string> => {
      const command = new CreateVolumeCommand({
        AvailabilityZone: zoneA,
        Size: 10,
        ...tokenOfRequest(),
        ...more,
      });
      return (await drive(client.send(command))).VolumeId!;
    },
  };
}

export const idsOf = (instances: readonly Instance[]): string[] =>
  instances.map(({ InstanceId }) => InstanceId!);
