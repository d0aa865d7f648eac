import assert from 'node:assert/strict';
import test from 'node:test';
import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { PromoteReadReplicaCommand, RDSClient } from '@aws-sdk/client-rds';
import type { DeathCause } from '../../simulator/rds/lag.ts';
import type { DbEngine } from '../../simulator/rds/state.ts';
import { openAccount, primary, recovery, settings, startMs } from './data-account.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function openReplicated(engine: DbEngine = 'postgres', seed = 1) {
  const sim = openAccount(seed);
  const { arn } = sim.region(primary).rds.addInstance({ id: 'orders', engine });
  const rds = sim.region(recovery).rds;
  rds.addInstance({ id: 'orders-replica', engine, replicaSource: arn });
  const client = new CloudWatchClient(settings(sim, recovery));
  const read = async (fromMs: number, toMs: number) => {
    const query = new GetMetricDataCommand({
      StartTime: new Date(fromMs),
      EndTime: new Date(toMs),
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [
        {
          Id: 'lag',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/RDS',
              MetricName: 'ReplicaLag',
              Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'orders-replica' }],
            },
            Period: 60,
            Stat: 'Maximum',
          },
        },
      ],
    });
    const { MetricDataResults } = await sim.clock.drive(client.send(query));
    return MetricDataResults?.[0]?.Values ?? [];
  };
  return { sim, rds, client, read };
}

test('a replica has a lag for each minute of the hours before the start, the same whenever it is read', async () => {
  const { sim, read } = openReplicated();
  await sim.clock.driveUntil(startMs + 2 * minuteMs);
  const once = await read(startMs - 3 * hourMs, startMs);
  assert.equal(once.length, 180);
  assert.ok(once.every((lag) => lag >= 0));
  assert.ok(new Set(once).size > 100, 'the lag varies');
  assert.deepEqual(await read(startMs - 3 * hourMs, startMs), once);
  const again = openReplicated();
  await again.sim.clock.driveUntil(startMs + 2 * minuteMs);
  const tail = await again.read(startMs - hourMs, startMs);
  assert.deepEqual(tail, once.slice(-60), 'what was read before does not matter');
});

test('the lag of a minute can be read only some time after the minute', async () => {
  const { sim, read } = openReplicated();
  await sim.clock.driveUntil(startMs + 61_000);
  assert.deepEqual(await read(startMs, startMs + minuteMs), []);
  await sim.clock.driveUntil(startMs + 91_000);
  assert.equal((await read(startMs, startMs + minuteMs)).length, 1);
});

test('a world can fix the lag, from an instant on, or have it inactive', async () => {
  const { sim, rds, read } = openReplicated();
  rds.setLag('orders-replica', 2);
  rds.setLag('orders-replica', 'inactive', startMs);
  await sim.clock.driveUntil(startMs + 4 * minuteMs);
  assert.deepEqual(await read(startMs - 2 * minuteMs, startMs + 2 * minuteMs), [2, 2, -1, -1]);
});

test('the lag of an idle PostgreSQL is a saw-tooth of five minutes', async () => {
  const { sim, rds, read } = openReplicated();
  rds.setLag('orders-replica', 'idle');
  await sim.clock.driveUntil(startMs + 2 * minuteMs);
  assert.deepEqual(await read(startMs - 6 * minuteMs, startMs), [240, 0, 60, 120, 180, 240]);
});

test('when its source dies, a PostgreSQL lags more each minute and a MySQL becomes inactive', async () => {
  for (const [engine, expected] of [
    ['postgres', [2, 2, 62, 122, 182]],
    ['mysql', [2, 2, -1, -1, -1]],
  ] as const) {
    const { sim, rds, read } = openReplicated(engine);
    rds.setLag('orders-replica', 2);
    rds.markSourceDead('orders-replica', 'region', startMs + minuteMs);
    await sim.clock.driveUntil(startMs + 8 * minuteMs);
    assert.deepEqual(await read(startMs, startMs + 5 * minuteMs), expected);
  }
});

for (const { says, marks, expected } of [
  {
    says: 'a source that comes back and dies again changes nothing that was measured before',
    marks: ['dead region 1', 'dead region 2', 'back region 3', 'back region 4', 'dead region 5'],
    expected: [2, 2, 62, 2, 2, 2, 62, 122],
  },
  {
    says: 'a source whose zone and Region are gone is back when both are',
    marks: ['dead zone 1', 'dead region 2', 'back zone 3', 'back region 5'],
    expected: [2, 2, 62, 122, 182, 2, 2, 2],
  },
])
  test(says, async () => {
    const { sim, rds, read } = openReplicated('postgres');
    rds.setLag('orders-replica', 2);
    for (const mark of marks) {
      const [as, cause, minute] = mark.split(' ');
      const args = ['orders-replica', cause as DeathCause, startMs + Number(minute) * minuteMs] as const;
      if (as === 'dead') rds.markSourceDead(...args);
      else rds.markSourceBack(...args);
    }
    await sim.clock.driveUntil(startMs + 10 * minuteMs);
    assert.deepEqual(await read(startMs, startMs + 8 * minuteMs), expected);
  });

test('after a promotion the metric stops, and what was measured before stays', async () => {
  const { sim, rds, read } = openReplicated();
  const command = new PromoteReadReplicaCommand({ DBInstanceIdentifier: 'orders-replica' });
  await sim.clock.drive(new RDSClient(settings(sim, recovery)).send(command));
  await sim.clock.driveUntil(startMs + 2 * hourMs);
  assert.equal(rds.instances.get('orders-replica')?.replicaSource, undefined);
  assert.deepEqual(await read(startMs + hourMs, startMs + 2 * hourMs), []);
  assert.equal((await read(startMs - hourMs, startMs)).length, 60);
});

test('the metrics of a Region list the lag of its replicas', async () => {
  const { sim, client } = openReplicated();
  const { Metrics } = await sim.clock.drive(client.send(new ListMetricsCommand({ Namespace: 'AWS/RDS' })));
  assert.deepEqual(Metrics, [
    {
      Namespace: 'AWS/RDS',
      MetricName: 'ReplicaLag',
      Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'orders-replica' }],
    },
  ]);
});
