import assert from 'node:assert/strict';
import test from 'node:test';
import { DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateDBInstanceReadReplicaCommand,
  DescribeDBInstancesCommand,
  PromoteReadReplicaCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
} from '@aws-sdk/client-rds';
import { CreateHostedZoneCommand, GetHealthCheckCommand } from '@aws-sdk/client-route-53';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { parseWorld } from '../../../simulator/world/parse.ts';
import { readRepository } from '../../drill/shop.ts';
import { deviations, missing } from './deviations.ts';
import { type Moto, startMoto } from './moto.ts';
import { until } from './scenarios/scenario.ts';
import { type Clients, clientsOf, type PeerAccount } from './seed/account.ts';
import { seedWorld } from './seed/seed.ts';

const region = 'ap-northeast-1';

interface Seen extends Clients {
  readonly account: PeerAccount;
}

type Deviation = keyof typeof deviations;

/** Each in an account of the shop, with nothing between: what is expected is not what AWS does. */
const still: Readonly<Record<Deviation, (clients: Seen) => Promise<void>>> = {
  promotedReplicaKeepsItsSource: async ({ rds }) => {
    const DBInstanceIdentifier = 'shop-orders-replica';
    await rds.send(new PromoteReadReplicaCommand({ DBInstanceIdentifier, BackupRetentionPeriod: 7 }));
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
    assert.ok(DBInstances?.[0]?.ReadReplicaSourceDBInstanceIdentifier);
  },
  replicasHaveBackups: async ({ rds }) => {
    const DBInstanceIdentifier = 'another';
    await rds.send(
      new CreateDBInstanceReadReplicaCommand({ DBInstanceIdentifier, SourceDBInstanceIdentifier: 'catalog' }),
    );
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
    assert.notEqual(DBInstances?.[0]?.BackupRetentionPeriod, 0);
  },
  restoreKeepsProtection: async ({ rds }) => {
    const { DBInstance } = await rds.send(
      new RestoreDBInstanceFromDBSnapshotCommand({
        DBInstanceIdentifier: 'a-copy',
        DBSnapshotIdentifier: 'shop-orders-0600-copy',
        DeletionProtection: false,
      }),
    );
    assert.equal(DBInstance?.DeletionProtection, true);
  },
  noTransitions: async ({ ec2, account }) => {
    const InstanceIds = [account.id('i-0b11b0000000000b1')];
    await ec2.send(new StopInstancesCommand({ InstanceIds }));
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
    assert.equal(Reservations?.[0]?.Instances?.[0]?.State?.Name, 'stopped');
  },
  noAlarms: async ({ cloudwatch }) => {
    const Dimensions = [
      { Name: 'Plan', Value: 'shop' },
      { Name: 'Name', Value: 'app.shop.example.com' },
    ];
    const MetricData = [0, 60_000, 120_000].map((ageMs) => ({
      MetricName: 'Recovered',
      Dimensions,
      Timestamp: new Date(Date.now() - ageMs),
      Value: 1,
    }));
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'Lifeboat/Traffic', MetricData }));
    const { MetricAlarms } = await cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNames: ['shop-traffic'] }),
    );
    assert.equal(MetricAlarms?.[0]?.StateValue, 'INSUFFICIENT_DATA');
  },
  healthChecksForgetTheirAlarm: async ({ route53, account }) => {
    const HealthCheckId = account.id('4c1e7d52-9a3b-4f60-8e21-7b5d0c9a6f13');
    const { HealthCheck } = await route53.send(new GetHealthCheckCommand({ HealthCheckId }));
    assert.equal(HealthCheck?.HealthCheckConfig?.AlarmIdentifier, undefined);
  },
  noDocuments: async ({ ssm, account }) => {
    const InstanceId = account.id('i-0b11b0000000000b3');
    const { Command } = await ssm.send(
      new SendCommandCommand({ DocumentName: 'there-is-none', InstanceIds: [InstanceId] }),
    );
    const { Status } = await ssm.send(
      new GetCommandInvocationCommand({ CommandId: Command?.CommandId, InstanceId }),
    );
    assert.equal(Status, 'Success', 'by a document that nobody made, on an instance that is stopped');
  },
  zonesDoNotMatter: async ({ ec2, account }) => {
    const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: `${region}d`, Size: 1 }));
    const InstanceId = account.id('i-0b11b0000000000b1');
    const { State } = await ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdz' }));
    assert.equal(State, 'attaching', 'and not refused');
  },
  templatesGiveNoProfile: async ({ ec2, account }) => {
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        ImageId: account.id('ami-0a11c0ffee0000010'),
        SubnetId: account.id('subnet-0a11c0ffee0000001'),
        LaunchTemplate: { LaunchTemplateName: 'shop-worker-dr', Version: '$Default' },
      }),
    );
    assert.equal(Instances?.[0]?.IamInstanceProfile, undefined);
  },
  commandsGoEverywhere: async ({ ssm, account }) => {
    const InstanceIds = [account.id('i-0b11b0000000000b1')];
    const { Command } = await ssm.send(new SendCommandCommand({ DocumentName: 'shop-reload', InstanceIds }));
    assert.ok((Command?.InstanceIds?.length ?? 0) > 1);
  },
  pathsThroughElements: async ({ sfn }) => {
    const definition = JSON.stringify({
      StartAt: 'Find',
      States: { Find: { Type: 'Pass', Parameters: { 'found.$': '$.all[0].one' }, End: true } },
    });
    const roleArn = 'arn:aws:iam::123456789012:role/machine';
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({ name: 'finds', roleArn, definition }),
    );
    const input = JSON.stringify({ all: [{ one: 'value' }] });
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'a', input }));
    const output = await until('the end of the machine', async () => {
      const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      return execution.status === 'RUNNING' ? undefined : execution.output;
    });
    assert.deepEqual(JSON.parse(output), { found: ['value'] });
  },
  zonesHaveOtherIds: async ({ route53 }) => {
    const { HostedZone } = await route53.send(
      new CreateHostedZoneCommand({ Name: 'example.org', CallerReference: 'a' }),
    );
    assert.match(HostedZone?.Id ?? '', /^\/hostedzone\/[A-Z0-9]{22}$/);
  },
  noClientTokens: async ({ ec2, account }) => {
    const launch = () =>
      ec2.send(
        new RunInstancesCommand({
          MinCount: 1,
          MaxCount: 1,
          ImageId: account.id('ami-0a11c0ffee0000010'),
          ClientToken: 'the-same',
        }),
      );
    const [one, two] = [await launch(), await launch()];
    assert.notEqual(one.Instances?.[0]?.InstanceId, two.Instances?.[0]?.InstanceId);
  },
};

/** What each operation that moto lacks is asked as, by its name. */
const asked: Readonly<Record<string, (clients: Clients) => Promise<unknown>>> = {
  DescribeInstanceInformation: ({ ssm }) => ssm.send(new DescribeInstanceInformationCommand({})),
  ListCommandInvocations: ({ ssm }) => ssm.send(new ListCommandInvocationsCommand({})),
};

async function seeded(moto: Moto): Promise<Seen> {
  const parsed = parseWorld(readRepository('worlds/shop.yaml'), 'worlds/shop.yaml');
  assert.ok(parsed.kind === 'world');
  const account = await seedWorld(moto.url, parsed.world, Date.now());
  return { ...clientsOf(moto.url, region), account };
}

test('moto deviates from AWS where the tests say that it does', { concurrency: false }, async (t) => {
  const moto = await startMoto({ invoke: async () => null });
  t.after(() => moto.stop());
  const clients = await seeded(moto);
  for (const [name, sees] of Object.entries(still)) {
    await t.test(deviations[name as Deviation], () => sees(clients));
  }
  for (const { service, operation, why } of missing) {
    await t.test(`${service}:${operation} is missing: ${why}`, async () => {
      const ask = asked[operation] ?? assert.fail(`nobody asks for ${operation}`);
      await assert.rejects(ask(clients));
    });
  }
});
