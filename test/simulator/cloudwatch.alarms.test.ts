import assert from 'node:assert/strict';
import test from 'node:test';
import {
  DeleteAlarmsCommand,
  type DescribeAlarmsCommandInput,
  type PutMetricAlarmCommandInput,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { primary, recovery, startMs } from './data-account.ts';
import { alarmInput, openAlarms } from './data-alarms.ts';

const minuteMs = 60_000;

test('a state that was set is a real transition, and the evaluation takes it back within a minute', async () => {
  const { sim, client, put, stateNow, changes, waitMinutes } = openAlarms(() => 50);
  await put();
  await waitMinutes(2);
  const set = (StateValue: string, AlarmName = 'shop-latency') =>
    sim.clock.drive(
      client.send(
        new SetAlarmStateCommand({ AlarmName, StateValue: StateValue as 'ALARM', StateReason: 'a drill' }),
      ),
    );
  await set('ALARM');
  assert.equal(await stateNow(), 'ALARM');
  await waitMinutes(1);
  assert.equal(await stateNow(), 'OK');
  await waitMinutes(1);
  assert.deepEqual(
    changes().map(({ detail }) => detail.state.value),
    ['OK', 'ALARM', 'OK'],
  );
  await assert.rejects(set('ALARM', 'nothing'), { name: 'ResourceNotFound' });
  await assert.rejects(set('WORSE'), { name: 'ValidationException' });
});

test('an alarm tells its topic of a transition, unless its actions are off', async () => {
  const { sns, topic, put, waitMinutes } = openAlarms((minute) => (minute < 5 ? 50 : 500));
  await put({ AlarmActions: [topic] });
  await put({ AlarmName: 'quiet', AlarmActions: [topic], ActionsEnabled: false });
  await waitMinutes(10);
  assert.deepEqual(
    sns.published.map(({ subject, topicArn }) => [subject, topicArn]),
    [[`ALARM: "shop-latency" in ${recovery}`, topic]],
  );
});

test('putting an alarm again keeps its state, and each change of its configuration is an event', async () => {
  const { sim, client, events, put, describe, waitMinutes } = openAlarms(() => 50);
  await put();
  await waitMinutes(2);
  await put({ Threshold: 200 });
  const [alarm] = (await describe()).alarms;
  assert.deepEqual([alarm?.StateValue, alarm?.Threshold], ['OK', 200]);
  await sim.clock.drive(client.send(new DeleteAlarmsCommand({ AlarmNames: ['shop-latency'] })));
  await waitMinutes(1);
  assert.deepEqual((await describe()).alarms, []);
  const configured = events.filter(
    (event) => event['detail-type'] === 'CloudWatch Alarm Configuration Change',
  );
  assert.deepEqual(
    configured.map(({ detail }) => detail.operation),
    ['create', 'update', 'delete'],
  );
});

test('an alarm that is gone, or replaced, is evaluated no more', async () => {
  const { sim, client, put, changes, waitMinutes } = openAlarms((minute) => (minute < 5 ? 50 : 500));
  await put();
  await put({ Threshold: 1000 });
  await waitMinutes(10);
  assert.deepEqual(
    changes().map(({ detail }) => detail.state.value),
    ['OK'],
  );
  await sim.clock.drive(client.send(new DeleteAlarmsCommand({ AlarmNames: ['shop-latency'] })));
  await assert.rejects(
    sim.clock.drive(client.send(new DeleteAlarmsCommand({ AlarmNames: ['shop-latency'] }))),
    { name: 'ResourceNotFound' },
  );
  await assert.rejects(sim.clock.drive(new Promise(() => undefined)), { name: 'Deadlock' });
});

test('alarms are described by name, prefix and state, page by page', async () => {
  const { sim, put, describe, waitMinutes } = openAlarms(() => 50);
  for (const AlarmName of ['b-1', 'a-2', 'a-1']) {
    await put({ AlarmName });
    await sim.clock.driveUntil(sim.clock.nowMs() + 1000);
  }
  await waitMinutes(1);
  const names = async (input: DescribeAlarmsCommandInput) =>
    (await describe(input)).alarms.map(({ AlarmName }) => AlarmName);
  assert.deepEqual(await names({ AlarmNames: ['a-2', 'none'] }), ['a-2']);
  assert.deepEqual(await names({ AlarmNamePrefix: 'a-' }), ['a-1', 'a-2']);
  assert.deepEqual(await names({ StateValue: 'ALARM' }), []);
  const first = await describe({ MaxRecords: 2 });
  assert.deepEqual(await names({ MaxRecords: 2, NextToken: first.NextToken }), ['b-1']);
});

test('an alarm of the world begins in the state that it had', async () => {
  const { sim, describe, events } = openAlarms(() => 50);
  sim.region(recovery).cloudwatch.addAlarm(alarmInput);
  assert.equal((await describe()).alarms[0]?.StateValue, 'OK');
  await sim.clock.driveUntil(startMs + 5 * minuteMs);
  assert.deepEqual(events, []);
});

test('what CloudWatch would refuse is refused, and what is not modelled stops the run', async () => {
  const refused: Partial<PutMetricAlarmCommandInput>[] = [
    { EvaluationPeriods: 0 },
    { DatapointsToAlarm: 4 },
    { Period: 45 },
    { Period: 3600, EvaluationPeriods: 200, DatapointsToAlarm: 1 },
    { Threshold: undefined },
    { TreatMissingData: 'whatever' },
    { ComparisonOperator: 'GreaterThanUpperThreshold' },
    { ExtendedStatistic: 'p99' },
    { AlarmActions: [`arn:aws:sns:${primary}:123456789012:operators`] },
  ];
  const { put, sim } = openAlarms(() => 50);
  for (const input of refused) {
    await assert.rejects(put(input), { name: 'ValidationException' }, JSON.stringify(input));
    await sim.clock.driveUntil(sim.clock.nowMs() + 1000);
  }
  for (const input of [
    { AlarmActions: ['arn:aws:automate:ap-northeast-1:ec2:recover'] },
    { Metrics: [{ Id: 'e1', Expression: 'm1 + 1' }] },
  ]) {
    await assert.rejects(openAlarms(() => 50).put(input), { name: 'NotSimulated' });
  }
});

test('setting the state that an alarm has is no transition', async () => {
  const { sim, client, put, changes, waitMinutes } = openAlarms(() => 50);
  await put();
  await waitMinutes(2);
  const same = new SetAlarmStateCommand({
    AlarmName: 'shop-latency',
    StateValue: 'OK',
    StateReason: 'a drill',
  });
  await sim.clock.drive(client.send(same));
  await waitMinutes(2);
  assert.equal(changes().length, 1);
});
