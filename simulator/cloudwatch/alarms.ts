import type {
  DeleteAlarmsCommandInput,
  DescribeAlarmsCommandInput,
  DescribeAlarmsCommandOutput,
  PutMetricAlarmCommandInput,
  SetAlarmStateCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Operations } from '../service.ts';
import { type Alarm, type AlarmState, readRule } from './alarm.ts';
import { alarmShape, configurationDetail, stateChangeDetail } from './alarm-shapes.ts';
import type { CloudWatch } from './cloudwatch.ts';
import type { AlarmStateValue } from './evaluation.ts';
import { readAlarm } from './reading.ts';
import { explain } from './reasons.ts';

const stateValues: readonly string[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

/** The metric alarms of one Region. Each is evaluated on a timer of its own while it exists. */
export class AlarmBoard {
  readonly alarms = new Map<string, Alarm>();
  readonly operations: Operations = {
    PutMetricAlarm: (input: PutMetricAlarmCommandInput) => {
      this.put(input);
      return {};
    },
    DescribeAlarms: (input: DescribeAlarmsCommandInput) => this.#describe(input),
    SetAlarmState: (input: SetAlarmStateCommandInput) => this.#set(input),
    DeleteAlarms: (input: DeleteAlarmsCommandInput) => this.#delete(input),
  };
  readonly #cloudwatch: CloudWatch;

  constructor(cloudwatch: CloudWatch) {
    this.#cloudwatch = cloudwatch;
  }

  /**
   * Creates an alarm, or replaces one and leaves its state (CloudWatch API Reference, PutMetricAlarm).
   * @param initial the state of an alarm that existed before the world began; it sends no event of its creation
   */
  put(input: PutMetricAlarmCommandInput, initial?: AlarmStateValue): Alarm {
    const { sim, region } = this.#cloudwatch;
    const rule = readRule(input, region);
    const name = input.AlarmName ?? '';
    const nowMs = sim.clock.nowMs();
    const known = this.alarms.get(name);
    const fresh: AlarmState = {
      value: initial ?? 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
      reasonData: undefined,
      atMs: nowMs,
    };
    const alarm: Alarm = {
      name,
      arn: `arn:aws:cloudwatch:${region}:${sim.accountId}:alarm:${name}`,
      input,
      rule,
      queryId: rule.queryId ?? known?.queryId ?? sim.draws.uuid('cloudwatch.queryId', `${region}/${name}`),
      configuredAtMs: nowMs,
      state: known?.state ?? fresh,
    };
    this.alarms.set(name, alarm);
    if (initial === undefined) this.#announceConfiguration(alarm, known ? 'update' : 'create');
    this.#evaluateForever(alarm);
    return alarm;
  }

  /** Evaluates once an interval, at a second of its own: every minute, or every ten seconds for short periods. */
  #evaluateForever(alarm: Alarm): void {
    const { clock, draws } = this.#cloudwatch.sim;
    const intervalMs = alarm.rule.periodSeconds < 60 ? 10_000 : 60_000;
    const offsetMs = draws.unit('cloudwatch.evaluationOffset', alarm.arn) * intervalMs;
    const firstMs = Math.ceil((clock.nowMs() - offsetMs) / intervalMs) * intervalMs + offsetMs;
    const turn = (atMs: number): void => {
      clock.at(atMs, () => {
        if (this.alarms.get(alarm.name) !== alarm) return;
        this.#evaluate(alarm);
        turn(atMs + intervalMs);
      });
    };
    turn(firstMs);
  }

  #evaluate(alarm: Alarm): void {
    const nowMs = this.#cloudwatch.sim.clock.nowMs();
    const reading = readAlarm(this.#cloudwatch.metrics, alarm.rule, nowMs);
    const from = alarm.state.value;
    if (reading.state === 'retain' || reading.state === from) return;
    const reason = explain(alarm.rule, reading, from, reading.state, nowMs);
    this.#transit(alarm, { value: reading.state, ...reason, atMs: nowMs });
  }

  /** Events and actions come with transitions only, never while a state lasts. */
  #transit(alarm: Alarm, state: AlarmState): void {
    const previous = alarm.state;
    alarm.state = state;
    if (previous.value === state.value) return;
    const { sim, region } = this.#cloudwatch;
    const detail = stateChangeDetail(alarm, previous);
    sim.afterDraw('cloudwatch.alarmToEventBridge', alarm.arn, () =>
      sim.emit(region, {
        source: 'aws.cloudwatch',
        detailType: 'CloudWatch Alarm State Change',
        resources: [alarm.arn],
        detail,
      }),
    );
    this.#act(alarm);
  }

  #act(alarm: Alarm): void {
    const { input, state } = alarm;
    if (input.ActionsEnabled === false) return;
    const actions = {
      ALARM: input.AlarmActions,
      OK: input.OKActions,
      INSUFFICIENT_DATA: input.InsufficientDataActions,
    };
    const { sim, region } = this.#cloudwatch;
    const message = JSON.stringify({
      AlarmName: alarm.name,
      AlarmDescription: input.AlarmDescription ?? null,
      AWSAccountId: sim.accountId,
      NewStateValue: state.value,
      NewStateReason: state.reason,
      StateChangeTime: new Date(state.atMs).toISOString().replace('Z', '+0000'),
      AlarmArn: alarm.arn,
    });
    for (const topicArn of actions[state.value] ?? []) {
      sim
        .region(region)
        .sns.deliver({ topicArn, subject: `${state.value}: "${alarm.name}" in ${region}`, message });
    }
  }

  #announceConfiguration(alarm: Alarm, operation: 'create' | 'update' | 'delete'): void {
    const { sim, region } = this.#cloudwatch;
    const detail = configurationDetail(alarm, operation);
    sim.afterDraw('cloudwatch.alarmToEventBridge', alarm.arn, () =>
      sim.emit(region, {
        source: 'aws.cloudwatch',
        detailType: 'CloudWatch Alarm Configuration Change',
        resources: [alarm.arn],
        detail,
      }),
    );
  }

  #describe(input: DescribeAlarmsCommandInput): Omit<DescribeAlarmsCommandOutput, '$metadata'> {
    refuseUnmodelled('monitoring:DescribeAlarms', input, [
      'AlarmNames',
      'AlarmNamePrefix',
      'AlarmTypes',
      'StateValue',
      'ActionPrefix',
      'MaxRecords',
      'NextToken',
    ]);
    if (input.AlarmTypes?.some((type) => type !== 'MetricAlarm' && type !== 'CompositeAlarm')) {
      throw new NotSimulated(`monitoring:DescribeAlarms of ${input.AlarmTypes.join(', ')}`);
    }
    if (input.AlarmNames && input.AlarmNamePrefix !== undefined) {
      throw new AwsError('ValidationError', 'AlarmNames and AlarmNamePrefix cannot be given together.');
    }
    const size = input.MaxRecords ?? 50;
    if (size < 1 || size > 100)
      throw new AwsError('ValidationError', `MaxRecords must be between 1 and 100: ${size}`);
    const start = Number(input.NextToken ?? 0);
    if (!Number.isInteger(start))
      throw new AwsError('InvalidNextToken', 'The next token specified is invalid.');
    const chosen = input.AlarmTypes && !input.AlarmTypes.includes('MetricAlarm') ? [] : this.#select(input);
    return {
      MetricAlarms: chosen.slice(start, start + size).map(alarmShape),
      CompositeAlarms: [],
      ...(start + size < chosen.length && { NextToken: String(start + size) }),
    };
  }

  #select({ AlarmNames, AlarmNamePrefix, StateValue, ActionPrefix }: DescribeAlarmsCommandInput): Alarm[] {
    return [...this.alarms.values()]
      .filter(({ name }) => AlarmNames === undefined || AlarmNames.includes(name))
      .filter(({ name }) => AlarmNamePrefix === undefined || name.startsWith(AlarmNamePrefix))
      .filter(({ state }) => StateValue === undefined || state.value === StateValue)
      .filter(
        ({ input }) =>
          ActionPrefix === undefined || input.AlarmActions?.some((arn) => arn.startsWith(ActionPrefix)),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Sets a state for a while: it is a real transition, and the alarm's own evaluation takes it back, often within seconds
   * (CloudWatch API Reference, SetAlarmState).
   */
  #set(input: SetAlarmStateCommandInput): object {
    const alarm = this.#find(input.AlarmName);
    const value = input.StateValue;
    if (value === undefined || !stateValues.includes(value)) {
      throw new AwsError('ValidationError', `StateValue must be one of ${stateValues.join(', ')}: ${value}`);
    }
    const { sim } = this.#cloudwatch;
    const state = {
      value,
      reason: input.StateReason ?? '',
      reasonData: input.StateReasonData,
      atMs: sim.clock.nowMs(),
    };
    this.#transit(alarm, state);
    sim.afterDraw('cloudwatch.setAlarmStateRevert', alarm.arn, () => {
      if (this.alarms.get(alarm.name) === alarm) this.#evaluate(alarm);
    });
    return {};
  }

  /** None is deleted where one does not exist (CloudWatch API Reference, DeleteAlarms). */
  #delete(input: DeleteAlarmsCommandInput): object {
    const doomed = (input.AlarmNames ?? []).map((name) => this.#find(name));
    for (const alarm of doomed) {
      this.alarms.delete(alarm.name);
      this.#announceConfiguration(alarm, 'delete');
    }
    return {};
  }

  #find(name: string | undefined): Alarm {
    const alarm = this.alarms.get(name ?? '');
    if (!alarm) throw new AwsError('ResourceNotFound', `Unknown alarm ${name}`, 404);
    return alarm;
  }
}
