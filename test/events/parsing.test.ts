/** What events say, in our own words: the samples of `events/`, and what AWS sends besides its documented shapes. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { readInstant } from '../../recovery/signals/lenient.ts';
import { parseEvent } from '../../recovery/signals/parse.ts';
import type { Json } from '../../simulator/json.ts';
import { eventFiles, readEvent } from './files.ts';

const arn =
  'arn:aws:health:ap-northeast-2::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_7BD1F_3C9A04E6D21';

/** A sample with other members in its detail; `undefined` takes one away. */
function changed(path: string, members: Record<string, unknown>, envelope: object = {}): unknown {
  const event = readEvent(path) as { detail: Json };
  return JSON.parse(
    JSON.stringify({ ...event, ...envelope, detail: { ...(event.detail as object), ...members } }),
  );
}

/** The members of what was read that the expectation names. */
function assertReads(event: unknown, expected: Record<string, unknown>): void {
  const read = parseEvent(event) as unknown as Record<string, unknown>;
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, read[key]])), expected);
}

const health = 'health-regional-issue';
const samples: Readonly<Record<string, Record<string, unknown>>> = {
  [`${health}.sample`]: {
    kind: 'health',
    eventArn: arn,
    communicationId: 'e0996a37c13d44c3b06074939d43fa3759bd32c1',
    page: 1,
    pages: 1,
    service: 'EC2',
    code: 'AWS_EC2_OPERATIONAL_ISSUE',
    category: 'issue',
    scope: 'PUBLIC',
    eventRegion: 'ap-northeast-2',
    deliveredTo: 'us-west-2',
    backup: true,
    startedAt: '2026-11-02T00:03:00.000Z',
    updatedAt: '2026-11-02T00:24:31.000Z',
    endedAt: undefined,
  },
  [`${health}.primary-copy.sample`]: {
    communicationId: 'e0996a37c13d44c3b06074939d43fa3759bd32c1',
    eventRegion: 'ap-northeast-2',
    deliveredTo: 'ap-northeast-2',
  },
  [`${health}.multiple-services.sample`]: { service: 'MULTIPLE_SERVICES', eventRegion: 'ap-northeast-2' },
  [`${health}.global.sample`]: { service: 'ROUTE53', eventRegion: 'global' },
  [`${health}.page-2-of-2.sample`]: { page: 2, pages: 2, scope: 'ACCOUNT_SPECIFIC' },
  [`${health}.resolved-but-open.sample`]: { endedAt: '2026-11-02T04:22:00.000Z' },
  [`${health}.closed.sample`]: { endedAt: '2026-11-02T04:22:00.000Z' },
  [`${health}.reopened.sample`]: { endedAt: undefined, updatedAt: '2026-11-02T05:30:52.000Z' },
  [`${health}.one-drive.sample`]: {
    code: 'AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED',
    updatedAt: '2026-11-02T00:18:20.000Z',
  },
  'alarm-raised.metric.sample': {
    kind: 'alarm',
    alarm: 'shop-canary',
    type: 'metric',
    region: 'ap-northeast-1',
    state: 'ALARM',
    previousState: 'OK',
    at: '2026-11-02T00:05:40.989Z',
    reasonData: {
      version: '1.0',
      queryDate: '2026-11-02T00:05:40.985+0000',
      startDate: '2026-11-02T00:03:00.000+0000',
      statistic: 'Minimum',
      period: 60,
      recentDatapoints: [0, 0],
      threshold: 1,
    },
  },
  'alarm-raised.anomaly.sample': { alarm: 'shop-latency-anomaly', type: 'anomaly', region: 'ap-northeast-2' },
  'alarm-raised.composite.sample': { alarm: 'shop-impaired', type: 'composite', state: 'ALARM' },
  'alarm-raised.canary-back-at-ok.miss': { alarm: 'shop-canary', state: 'OK', previousState: 'ALARM' },
  'recovery-ended-badly.failed.sample': {
    kind: 'execution',
    name: 'shop-failover-20261102000300-r1',
    status: 'FAILED',
    startedAt: '2026-11-02T00:06:30.000Z',
    stoppedAt: '2026-11-02T00:31:02.000Z',
    error: 'States.Runtime',
    plan: 'shop',
    recovery: 'shop-failover-20261102000300',
    run: 1,
  },
  'recovery-ended-badly.timed-out.sample': { status: 'TIMED_OUT', error: undefined, run: 1 },
  'recovery-ended-badly.large-input.sample': {
    plan: undefined,
    recovery: 'shop-failover-20261102000300',
    run: 2,
  },
  'remount/volume-available.sample': {
    kind: 'volume',
    volume: 'vol-0b11c0ffee0000007',
    region: 'ap-northeast-1',
    result: 'available',
    cause: undefined,
  },
  'remount/restore-completed.sample': {
    kind: 'restore',
    job: 'B4A1C6F8-7D03-4E2A-9C55-1F0E8D7B6A52',
    status: 'COMPLETED',
    resourceType: 'EBS',
    createdArn: 'arn:aws:ec2:ap-northeast-1:123456789012:volume/vol-0b11c0ffee0000008',
    testingPlanArn: undefined,
  },
};

describe('a sample is read', () => {
  for (const [path, expected] of Object.entries(samples)) {
    test(path, () => assertReads(readEvent(path), expected));
  }
});

test('every sample of what AWS sends is of a kind that we know', () => {
  const unknown = eventFiles
    .filter(({ name, kind }) => kind === 'sample' && !name.startsWith('own/'))
    .filter(({ text }) => parseEvent(JSON.parse(text)).kind === 'other')
    .map(({ path }) => path);
  assert.deepEqual(unknown, []);
});

describe('what AWS sends besides its documented shape', () => {
  const cases: readonly (readonly [string, unknown, Record<string, unknown>])[] = [
    [
      'numbers and booleans of their own types',
      changed(`${health}.sample`, { page: 3, totalPages: 3, backupEvent: false, communicationId: 'abc-3' }),
      { page: 3, pages: 3, backup: false, communicationId: 'abc' },
    ],
    ['a boolean with a capital', changed(`${health}.sample`, { backupEvent: 'False' }), { backup: false }],
    [
      'no lastUpdatedTime: the time of sending',
      changed(`${health}.sample`, { lastUpdatedTime: undefined }),
      { updatedAt: '2026-11-02T00:25:00.000Z' },
    ],
    [
      'no date but that of sending',
      changed(`${health}.sample`, { lastUpdatedTime: '', startTime: 'soon' }),
      { startedAt: '2026-11-02T00:25:00.000Z' },
    ],
    [
      'an old event without a Region: the one of its ARN',
      changed(`${health}.sample`, {
        eventRegion: undefined,
        eventScopeCode: undefined,
        page: undefined,
        totalPages: undefined,
        statusCode: undefined,
        backupEvent: undefined,
        affectedAccount: undefined,
        communicationId: undefined,
      }),
      {
        eventRegion: 'ap-northeast-2',
        scope: undefined,
        page: 1,
        backup: false,
        communicationId: undefined,
        endedAt: undefined,
      },
    ],
    [
      'an id whose last part is a number but not its page',
      changed(`${health}.sample`, { communicationId: '0a1b-7', page: '1' }),
      { communicationId: '0a1b-7' },
    ],
    [
      'empty text for what is not there',
      changed(`${health}.sample`, { endTime: '', eventScopeCode: '', communicationId: '' }),
      { endedAt: undefined, scope: undefined, communicationId: undefined },
    ],
    [
      'closed without an end: its last update',
      changed(`${health}.closed.sample`, { endTime: undefined }),
      { endedAt: '2026-11-02T04:58:15.000Z' },
    ],
    [
      'closed before the end that it tells: its last update',
      changed(`${health}.closed.sample`, { endTime: 'Tue, 3 Nov 2026 00:00:00 GMT' }),
      { endedAt: '2026-11-02T04:58:15.000Z' },
    ],
    [
      'CLOSED in capitals',
      changed(`${health}.sample`, { statusCode: 'CLOSED' }),
      { endedAt: '2026-11-02T00:24:31.000Z' },
    ],
    [
      'an alarm with its name and states only',
      changed('alarm-raised.metric.sample', {
        configuration: undefined,
        state: { value: 'ALARM', timestamp: '' },
      }),
      { alarm: 'shop-canary', type: 'metric', at: '2026-11-02T00:05:41.000Z', reasonData: undefined },
    ],
    [
      'reason data that is not JSON',
      changed('alarm-raised.metric.sample', { state: { value: 'ALARM', reasonData: '{"version"' } }),
      { state: 'ALARM', reasonData: undefined },
    ],
    [
      'an execution without its input',
      changed('recovery-ended-badly.failed.sample', { input: undefined, startDate: '2026-11-02T00:06:30Z' }),
      {
        recovery: 'shop-failover-20261102000300',
        run: 1,
        plan: undefined,
        startedAt: '2026-11-02T00:06:30.000Z',
      },
    ],
    [
      'a restore that has begun',
      changed('remount/restore-completed.sample', { status: undefined, state: 'CREATED' }),
      { kind: 'restore', status: 'CREATED' },
    ],
  ];
  for (const [name, event, expected] of cases) test(name, () => assertReads(event, expected));
});

describe('what says nothing to us is other, with a reason', () => {
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ['nothing at all', undefined, /not an event/],
    ['a text', 'aws.health', /not an event/],
    ['an object without a source', { 'detail-type': 'AWS Health Event' }, /not an event/],
    [
      'an event of someone else',
      changed(`${health}.sample`, {}, { source: 'shop.orders' }),
      /nothing reads "AWS Health Event" of shop\.orders/,
    ],
    [
      'a name that every object has',
      changed(`${health}.sample`, {}, { source: '__proto__', 'detail-type': '' }),
      /nothing reads/,
    ],
    [
      'a Health event without a detail',
      { ...(readEvent(`${health}.sample`) as object), detail: null },
      /lacks an eventArn/,
    ],
    [
      'a Health event without a code',
      changed(`${health}.sample`, { eventTypeCode: undefined }),
      /lacks an eventArn/,
    ],
    [
      'a Health event without any Region',
      changed(`${health}.sample`, { eventRegion: '', eventArn: 'x' }),
      /names a Region/,
    ],
    [
      'a Health event without any date',
      changed(`${health}.sample`, { startTime: 1e300, lastUpdatedTime: {} }, { time: 'now' }),
      /dates/,
    ],
    [
      'an alarm in no state',
      changed('alarm-raised.metric.sample', { state: { value: 'Alarm' } }),
      /neither its name nor its state/,
    ],
    [
      'an execution without a status',
      changed('recovery-ended-badly.failed.sample', { status: undefined }),
      /which one, or its status/,
    ],
    [
      'a volume that is deleted',
      changed('remount/volume-available.sample', { event: 'deleteVolume', result: 'deleted' }),
      /other than the end of its creation/,
    ],
    [
      'a volume without an ARN',
      changed('remount/volume-available.sample', {}, { resources: [] }),
      /other than the end/,
    ],
    [
      'a restore without a job',
      changed('remount/restore-completed.sample', { restoreJobId: undefined }),
      /which one/,
    ],
  ];
  for (const [name, event, why] of cases) {
    test(name, () => {
      const parsed = parseEvent(event);
      assert.equal(parsed.kind, 'other');
      assert.match((parsed as { why: string }).why, why);
    });
  }
});

describe('a date is read', () => {
  const cases: readonly (readonly [unknown, string | undefined])[] = [
    ['Fri, 27 Jan 2023 06:02:51 GMT', '2023-01-27T06:02:51.000Z'],
    ['Fri, 3 Jun 2022 06:27:57 GMT', '2022-06-03T06:27:57.000Z'],
    ['Fri, 03 Jun 2022 06:27:57 GMT', '2022-06-03T06:27:57.000Z'],
    ['2019-10-02T17:04:40.989+0000', '2019-10-02T17:04:40.989Z'],
    ['2019-10-02T17:04:40Z', '2019-10-02T17:04:40.000Z'],
    ['2019-10-02T17:04:40.5+09:00', '2019-10-02T08:04:40.500Z'],
    ['2019-10-02T23:04:40-0130', '2019-10-03T00:34:40.000Z'],
    [1_551_225_271_984, '2019-02-26T23:54:31.984Z'],
    ['Fri, 31 Feb 2023 06:02:51 GMT', undefined],
    ['2023-02-29T00:00:00Z', undefined],
    ['2023-02-28T24:00:00Z', undefined],
    ['2023-02-28', undefined],
    ['Fri, 3 Juin 2022 06:27:57 GMT', undefined],
    ['', undefined],
    [Number.NaN, undefined],
    [null, undefined],
  ];
  for (const [given, expected] of cases) {
    test(`${JSON.stringify(given)} as ${expected ?? 'none'}`, () =>
      assert.equal(readInstant(given), expected));
  }
});
