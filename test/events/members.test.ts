/** Every member that is read of what AWS sends, and that what is not told has none. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { describe } from 'node:test';
import fc from 'fast-check';
import type { Plan } from '../../recovery/plan/plan.ts';
import {
  type HealthRecord,
  healthConcerns,
  healthObservations,
  impairment,
  joinHealth,
} from '../../recovery/signals/health.ts';
import type { HealthEvent } from '../../recovery/signals/health-event.ts';
import { readInstant } from '../../recovery/signals/lenient.ts';
import { parseEvent, plansConcerned } from '../../recovery/signals/parse.ts';
import { probeNamespace, vantagesOf } from '../../recovery/signals/probes.ts';
import { shopPlan } from '../recovery/plans.ts';
import { readEvent } from './files.ts';

const shop = shopPlan();
const read = JSON.parse(readFileSync(new URL('cases/read.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, unknown>
>;

describe('all that is read of', () => {
  for (const [path, expected] of Object.entries(read))
    test(path, () => assert.deepEqual(parseEvent(readEvent(path)), expected));
});

interface Sent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources?: readonly unknown[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What is read of an event with this detail alone, without a Region, a time or a resource. */
function bare(source: string, type: string, detail: Sent['detail'], resources?: readonly unknown[]) {
  return parseEvent({ source, 'detail-type': type, detail, ...(resources && { resources }) });
}

const execution = { executionArn: 'arn:e', stateMachineArn: 'arn:m', status: 'FAILED' };
const ofExecution = (name: string, more: object = {}) =>
  bare('aws.states', 'Step Functions Execution Status Change', { ...execution, name, ...more });

describe('what is not told has no member', () => {
  test('of an execution', () =>
    assert.deepEqual(ofExecution('by-hand'), {
      kind: 'execution',
      executionArn: 'arn:e',
      machineArn: 'arn:m',
      name: 'by-hand',
      status: 'FAILED',
    }));
  test('of an alarm', () =>
    assert.deepEqual(
      bare('aws.cloudwatch', 'CloudWatch Alarm State Change', { alarmName: 'a', state: { value: 'OK' } }),
      { kind: 'alarm', alarm: 'a', type: 'metric', state: 'OK' },
    ));
  test('of a restore', () =>
    assert.deepEqual(
      bare('aws.backup', 'Restore Job State Change', { restoreJobId: 'j', status: 'RUNNING' }),
      { kind: 'restore', job: 'j', status: 'RUNNING' },
    ));
  test('of a volume', () => {
    const detail = { event: 'createVolume', result: 'failed' };
    const resources = [7, 'arn:aws:ec2:x:1:volume/vol-1/more', 'arn:aws:ec2:x:1:volume/vol-2'];
    assert.deepEqual(bare('aws.ec2', 'EBS Volume Notification', detail, resources), {
      kind: 'volume',
      volume: 'vol-2',
      result: 'failed',
    });
    assert.partialDeepStrictEqual(
      bare('aws.ec2', 'EBS Volume Notification', { ...detail, cause: 'a key is gone' }, resources),
      { cause: 'a key is gone' },
    );
    assert.equal(bare('aws.ec2', 'EBS Volume Notification', detail).kind, 'other');
    assert.equal(bare('aws.ec2', 'EBS Volume Notification', detail, ['arn:x']).kind, 'other');
  });
  test('of a Health event', () =>
    assert.deepEqual(
      bare('aws.health', 'AWS Health Event', {
        eventArn: 'arn:aws:health:eu-west-1::event/EC2/CODE/1',
        service: 'EC2',
        eventTypeCode: 'CODE',
        eventTypeCategory: 'issue',
        lastUpdatedTime: 'Mon, 2 Nov 2026 00:24:31 GMT',
        eventDescription: [7, { latestDescription: '' }, { latestDescription: 7 }],
      }),
      {
        kind: 'health',
        eventArn: 'arn:aws:health:eu-west-1::event/EC2/CODE/1',
        page: 1,
        pages: 1,
        service: 'EC2',
        code: 'CODE',
        category: 'issue',
        eventRegion: 'eu-west-1',
        backup: false,
        startedAt: '2026-11-02T00:24:31.000Z',
        updatedAt: '2026-11-02T00:24:31.000Z',
      },
    ));
});

describe('what is told is read', () => {
  test('of an execution, also from its name where its input does not tell', () => {
    const told = (name: string, input?: object) => {
      const parsed = ofExecution(name, {
        cause: 'it broke',
        ...(input && { input: JSON.stringify(input) }),
      });
      assert.ok(parsed.kind === 'execution' && parsed.cause === 'it broke');
      return [parsed.recovery, parsed.run, parsed.plan];
    };
    assert.deepEqual(told('shop-1-r12'), ['shop-1', 12, undefined]);
    assert.deepEqual(told('shop-1-r12', { recovery: 'shop-2', run: 3, plan: 'shop' }), ['shop-2', 3, 'shop']);
    for (const name of ['shop-1-r12x', '\nshop-1-r1', '-r1', 'shop-1-r'])
      assert.deepEqual(told(name), [undefined, undefined, undefined], JSON.stringify(name));
  });
  test('of an alarm, also what makes it one of anomalies', () => {
    const typed = (metrics: readonly unknown[]) => {
      const parsed = bare('aws.cloudwatch', 'CloudWatch Alarm State Change', {
        alarmName: 'a',
        state: { value: 'ALARM', reason: 'two datapoints' },
        previousState: {},
        configuration: { metrics },
      });
      assert.ok(parsed.kind === 'alarm' && parsed.reason === 'two datapoints');
      assert.ok(!('previousState' in parsed));
      return parsed.type;
    };
    assert.equal(typed([{ id: 'm1' }, { expression: 'ANOMALY_DETECTION_BAND(m1, 2)' }]), 'anomaly');
    assert.equal(typed([{ expression: 'm1 + m2' }, { expression: 7 }, 'x']), 'metric');
  });
  test('of a restore, also that it is only a test', () =>
    assert.deepEqual(
      parseEvent({
        source: 'aws.backup',
        'detail-type': 'Restore Job State Change',
        region: 'eu-west-1',
        detail: {
          restoreJobId: 'j',
          status: 'COMPLETED',
          resourceType: 'EBS',
          createdResourceArn: 'arn:v',
          recoveryPointArn: 'arn:p',
          restoreTestingPlanArn: 'arn:t',
        },
      }),
      {
        kind: 'restore',
        job: 'j',
        region: 'eu-west-1',
        status: 'COMPLETED',
        resourceType: 'EBS',
        createdArn: 'arn:v',
        recoveryPointArn: 'arn:p',
        testingPlanArn: 'arn:t',
      },
    ));
  test('but no restore without a status', () =>
    assert.equal(bare('aws.backup', 'Restore Job State Change', { restoreJobId: 'j' }).kind, 'other'));
});

describe('a Health event', () => {
  const sent = readEvent('health-regional-issue.sample') as unknown as Sent;
  const changed = (detail: object): HealthEvent => {
    const parsed = parseEvent({ ...sent, detail: { ...sent.detail, ...detail } });
    assert.ok(parsed.kind === 'health');
    return parsed;
  };
  test('loses the number of its page from its id, and no more than that', () => {
    const id = (communicationId: string, page?: string) => changed({ communicationId, page }).communicationId;
    assert.equal(id('a-12', '12'), 'a');
    assert.equal(id('a-12', '2'), 'a-12');
    assert.equal(id('a-123'), 'a');
    assert.equal(id('a-1234'), 'a-1234');
    assert.equal(id('a-1-b'), 'a-1-b');
    assert.equal(id('a-b'), 'a-b');
  });
  test('of which any of four members is missing cannot be used', () => {
    for (const member of ['eventArn', 'service', 'eventTypeCode', 'eventTypeCategory'])
      assert.equal(parseEvent({ ...sent, detail: { ...sent.detail, [member]: '' } }).kind, 'other', member);
  });
  test('is told in its newest words', () => {
    const eventDescription = [
      { language: 'xx' },
      { latestDescription: 'newest' },
      { latestDescription: 'old' },
    ];
    assert.equal(changed({ eventDescription }).says, 'newest');
  });
  test('joins the one of its own among several', () => {
    const [first, second] = [
      changed({}),
      changed({ eventArn: 'arn:aws:health:ap-northeast-2::event/EC2/X/2' }),
    ];
    const at = '2026-11-02T00:30:00.000Z';
    const both = joinHealth(joinHealth([], first, at), second, at);
    assert.equal(both.length, 2);
    const records = joinHealth(both, { ...second, communicationId: 'more' }, at);
    assert.deepEqual(
      Object.fromEntries(
        records.map(({ eventArn, communicationIds }) => [eventArn, communicationIds.length]),
      ),
      { [first.eventArn]: 1, [second.eventArn]: 2 },
    );
  });
  test('of one date has its records in the order of their names', () => {
    const at = '2026-11-02T00:30:00.000Z';
    const named = (name: string) => ({ ...changed({}), eventArn: name });
    for (const names of [
      ['a', 'b'],
      ['b', 'a'],
    ]) {
      const records = names.reduce<ReturnType<typeof joinHealth>>(
        (all, name) => joinHealth(all, named(name), at),
        [],
      );
      assert.deepEqual(
        records.map(({ eventArn }) => eventArn),
        ['a', 'b'],
      );
    }
  });
});

describe('Health records', () => {
  const sent = readEvent('health-regional-issue.sample') as unknown as Sent;
  const at = '2026-11-02T00:30:00.000Z';
  const heard = (minute: number): HealthEvent => {
    const lastUpdatedTime = `Mon, 2 Nov 2026 00:${String(minute).padStart(2, '0')}:00 GMT`;
    const parsed = parseEvent({
      ...sent,
      detail: { ...sent.detail, eventArn: `arn:aws:health:x::${minute}`, lastUpdatedTime },
    });
    assert.ok(parsed.kind === 'health');
    return parsed;
  };
  test('are twenty at the most, those with the newest news, the newest first', () => {
    const minutes = Array.from({ length: 23 }, (_, n) => n + 10);
    for (const order of [minutes, minutes.toReversed()]) {
      const records = order.reduce<readonly HealthRecord[]>(
        (all, minute) => joinHealth(all, heard(minute), at),
        [],
      );
      assert.deepEqual(
        records.map(({ eventArn }) => Number(eventArn.split('::')[1])),
        minutes.toReversed().slice(0, 20),
      );
    }
  });
  const [record = assert.fail()] = joinHealth([], heard(24), at);
  const says = (parts: Partial<HealthRecord>, now: string) =>
    healthObservations(shop, [{ ...record, ...parts }], now).map((seen) => [seen.vote, seen.says]);
  const issue = 'AWS Health reports an issue of EC2 in ap-northeast-2';
  test('say when they begin, and when they have ended', () => {
    assert.deepEqual(says({}, '2026-11-02T00:02:00.000Z'), [
      ['stale', `${issue} that begins only at 2026-11-02T00:03:00.000Z`],
    ]);
    assert.deepEqual(says({ endedAt: at }, at), [
      ['stale', `${issue} that began at 2026-11-02T00:03:00.000Z and ended at ${at}`],
    ]);
  });
  test('that were told days before they begin count from then on', () => {
    const startedAt = '2026-11-05T00:00:00.000Z';
    assert.deepEqual(says({ startedAt }, '2026-11-05T01:00:00.000Z'), [
      ['down', `${issue} since ${startedAt}`],
    ]);
  });
  test('of the whole world impair no Region that a plan recovers in', () => {
    const global = { ...record, eventRegion: 'global' };
    assert.equal(healthObservations(shop, [global], at).length, 1);
    assert.equal(impairment(shop, [global], at), undefined);
    assert.match(
      impairment(shop, [global, { ...record, eventRegion: shop.regions.recovery }], at) ?? '',
      /ap-northeast-1/,
    );
  });
  test('of our account alone count where their codes tell of a service, in one or in many', () => {
    const counts = (code: string) => healthConcerns(shop, { ...heard(24), scope: 'ACCOUNT_SPECIFIC', code });
    for (const code of [
      'ISSUE',
      'ISSUES',
      'OUTAGE',
      'ERROR_RATE',
      'ERROR_RATES',
      'ERRORS',
      'LATENCY',
      'LATENCIES',
      'FAILURE_RATE',
      'FAILURE_RATES',
    ])
      assert.ok(counts(`AWS_EC2_${code}`), code);
    for (const code of ['ISSUE_MENDED', 'OUTAGES', 'LATENC', 'ISSUED'])
      assert.ok(!counts(`AWS_EC2_${code}`), code);
  });
});

describe('an alarm concerns', () => {
  const [primary, recovery, witness] = [shop.regions.primary, shop.regions.recovery, shop.regions.witness];
  const [name = assert.fail('the shop names an alarm')] = shop.trigger.signals.alarms;
  const concerns = (alarm: string, region?: string) =>
    plansConcerned([shop], {
      kind: 'alarm',
      alarm,
      type: 'metric',
      state: 'ALARM',
      ...(region !== undefined && { region }),
    }).length === 1;
  test('a plan that names it, in each of its Regions and where none is told', () => {
    for (const region of [primary, recovery, witness, undefined]) assert.ok(concerns(name, region), region);
    assert.ok(!concerns(name, 'eu-central-1'));
    assert.ok(!concerns(`${name}-other`, primary));
  });
  test('the plan whose probes it watches, by failures and by latency, from both places', () => {
    for (const from of [recovery, witness])
      for (const what of ['probe', 'latency']) assert.ok(concerns(`lifeboat-shop-${what}-${from}`, 'x'));
    assert.ok(!concerns(`lifeboat-shop-probe-${primary}`, recovery));
    const { witness: _, ...regions } = shop.regions;
    const alone: Plan = { ...shop, regions };
    assert.deepEqual(
      plansConcerned([alone], {
        kind: 'alarm',
        alarm: 'lifeboat-shop-probe-undefined',
        type: 'metric',
        state: 'ALARM',
      }),
      [],
    );
  });
  test('nobody, where an execution tells another plan, whatever its name', () => {
    const { kind, ...told } = {
      kind: 'execution',
      executionArn: 'e',
      machineArn: 'm',
      name: 'n',
      status: 's',
    } as const;
    const concerned = (more: object) => plansConcerned([shop], { kind, ...told, ...more });
    assert.deepEqual(concerned({ plan: 'pay', recovery: 'shop-failover-1' }), []);
    assert.deepEqual(concerned({ recovery: 'shop-failover-1' }), ['shop']);
    assert.deepEqual(concerned({ recovery: 'shopper-failover-1' }), []);
    assert.deepEqual(concerned({}), []);
  });
});

test('a plan is asked from its recovery Region and its witness, and one without probes from nowhere', () => {
  const { recovery, witness } = shop.regions;
  assert.deepEqual(vantagesOf(shop), [recovery, witness]);
  const { witness: _, ...regions } = shop.regions;
  assert.deepEqual(vantagesOf({ ...shop, regions }), [recovery]);
  const { probes: __, ...signals } = shop.trigger.signals;
  assert.deepEqual(vantagesOf({ ...shop, trigger: { ...shop.trigger, signals } }), []);
  assert.equal(probeNamespace, 'Lifeboat/Probe');
});

test('a date is read to the second in each form that AWS writes, whatever the day', () => {
  const someMs = fc.integer({ min: Date.UTC(2000, 0, 1) / 1000, max: Date.UTC(2060, 0, 1) / 1000 });
  fc.assert(
    fc.property(someMs, (seconds) => {
      const at = new Date(seconds * 1000);
      const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(at.toUTCString()) ?? [];
      for (const written of [
        at.toUTCString(),
        at.toUTCString().toLowerCase(),
        ` ${day} ${month}  ${year}   ${time}  UTC `,
        `Mon,${Number(day)}  ${month} ${year} ${time} GMT`,
        at.toISOString().slice(0, 19) + 'Z',
        at.toISOString().replace('Z', '+00:00'),
        at.getTime(),
      ])
        assert.equal(readInstant(written), at.toISOString(), String(written));
    }),
    { seed: 20261121, numRuns: 200 },
  );
});

test('no date is read out of text around it, nor of a day or a time that no calendar or clock has', () => {
  for (const written of [
    'x2 Nov 2026 00:24:31 GMT',
    '2 Nov 2026 00:24:31 GMTx',
    'x2026-11-02T00:24:31Z',
    '2026-11-02T00:24:31Zx',
    '2026-11-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-11-02T24:00:00Z',
    '2026-11-02T00:60:00Z',
    '2026-11-02T00:00:61Z',
    '00 Nov 2026 00:00:00 GMT',
    '2 Nix 2026 00:00:00 GMT',
    {},
  ])
    assert.equal(readInstant(written), undefined, String(written));
  assert.equal(readInstant('2026-11-02T23:59:59.1239Z'), '2026-11-02T23:59:59.123Z');
  assert.equal(readInstant('2026-12-31T23:59:60Z'), '2027-01-01T00:00:00.000Z', 'a leap second');
});
