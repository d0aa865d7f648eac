import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  GetHealthCheckCommand,
  GetHealthCheckStatusCommand,
  type HealthCheckConfig,
  ListHealthChecksCommand,
  UpdateHealthCheckCommand,
  type UpdateHealthCheckCommandInput,
} from '@aws-sdk/client-route-53';
import { Deadlock } from '../../simulator/clock.ts';
import { region } from './guest-account.ts';
import { a, create, openZone, weighted } from './route53-zone.ts';

const endpoint: HealthCheckConfig = {
  Type: 'HTTPS',
  FullyQualifiedDomainName: 'app.example.net',
  ResourcePath: '/healthz',
};

/** A zone in which a pair of failover records hangs on health checks, and endpoints that the test switches off. */
function openHealth() {
  const account = openZone();
  const { sim, route53, drive, change } = account;
  const down = new Set<string>();
  sim.route53.probe = (url) => !down.has(url);
  let references = 0;
  const createCheck = async (config: HealthCheckConfig): Promise<string> => {
    references += 1;
    const CallerReference = `check-${references}`;
    const made = await drive(
      route53.send(new CreateHealthCheckCommand({ CallerReference, HealthCheckConfig: config })),
    );
    return made.HealthCheck?.Id ?? '';
  };
  const pair = async (primary: string, secondary?: string) => {
    const set = (id: string, address: string, Failover: 'PRIMARY' | 'SECONDARY', HealthCheckId?: string) =>
      create({
        ...a('x.shop.example.com', address),
        SetIdentifier: id,
        Failover,
        ...(HealthCheckId ? { HealthCheckId } : {}),
      });
    await change(set('one', '10.0.0.1', 'PRIMARY', primary), set('two', '10.0.0.2', 'SECONDARY', secondary));
    await account.wait(181);
  };
  const update = (input: UpdateHealthCheckCommandInput) =>
    drive(route53.send(new UpdateHealthCheckCommand(input)));
  const answer = () => sim.route53.answer('x.shop.example.com', 'A').records[0]?.value;
  /** Seconds until the answer is another one. */
  const secondsUntilChange = async (most: number): Promise<number> => {
    const before = answer();
    for (let second = 1; second <= most; second += 1) {
      await account.wait(1);
      if (answer() !== before) return second;
    }
    return Number.POSITIVE_INFINITY;
  };
  return { ...account, down, createCheck, pair, update, answer, secondsUntilChange };
}

test('a failover record moves to the secondary a minute or two after its endpoint fails, and back', async () => {
  const { down, createCheck, pair, answer, secondsUntilChange } = openHealth();
  await pair(await createCheck(endpoint));
  assert.equal(answer(), '10.0.0.1');
  down.add('https://app.example.net/healthz');
  const seconds = await secondsUntilChange(300);
  assert.ok(seconds >= 60 && seconds <= 120, `${seconds} s`);
  assert.equal(answer(), '10.0.0.2');
  down.clear();
  await secondsUntilChange(300);
  assert.equal(answer(), '10.0.0.1');
});

test('a fast check notices within 20 to 40 seconds', async () => {
  const { down, createCheck, pair, secondsUntilChange } = openHealth();
  await pair(await createCheck({ ...endpoint, RequestInterval: 10, IPAddress: '192.0.2.7', Port: 8443 }));
  down.add('https://192.0.2.7:8443/healthz');
  const seconds = await secondsUntilChange(120);
  assert.ok(seconds >= 20 && seconds <= 40, `${seconds} s`);
});

test('when every record is unhealthy all count as healthy: the primary is answered', async () => {
  const { down, createCheck, pair, answer, wait } = openHealth();
  await pair(
    await createCheck(endpoint),
    await createCheck({ ...endpoint, FullyQualifiedDomainName: 'dr.example.net' }),
  );
  down.add('https://app.example.net/healthz').add('https://dr.example.net/healthz');
  await wait(150);
  assert.equal(answer(), '10.0.0.1');
});

test('a record of weight 0 stands in when nothing else is healthy', async () => {
  const { down, createCheck, change, answer, wait } = openHealth();
  const HealthCheckId = await createCheck(endpoint);
  await change(
    create({ ...weighted(a('x.shop.example.com', '10.0.0.1'), 'main', 10), HealthCheckId }),
    create(weighted(a('x.shop.example.com', '10.0.0.2'), 'standby', 0)),
  );
  await wait(181);
  assert.equal(answer(), '10.0.0.1');
  down.add('https://app.example.net/healthz');
  await wait(150);
  assert.equal(answer(), '10.0.0.2');
});

test('an endpoint is healthy as long as more than 18 % of the checkers reach it', async () => {
  const { sim, createCheck, pair, answer, wait } = openHealth();
  sim.route53.probe = (_url, checkerRegion) => checkerRegion === 'eu-west-1' || checkerRegion === 'us-east-1';
  await pair(await createCheck(endpoint));
  await wait(150);
  assert.equal(answer(), '10.0.0.1');
  sim.route53.probe = (_url, checkerRegion) => checkerRegion === 'eu-west-1';
  await wait(150);
  assert.equal(answer(), '10.0.0.2');
});

test('a new check counts as healthy until enough is known, and an inverted one as unhealthy', async () => {
  const { sim, down, createCheck } = openHealth();
  down.add('https://app.example.net/healthz');
  assert.equal(sim.route53.health.isHealthy(await createCheck(endpoint)), true);
  assert.equal(sim.route53.health.isHealthy(await createCheck({ ...endpoint, Inverted: true })), false);
});

test('a disabled check is healthy whatever the endpoint says, and inverting it makes it unhealthy', async () => {
  const { down, createCheck, pair, update, answer, wait } = openHealth();
  const id = await createCheck(endpoint);
  await pair(id);
  down.add('https://app.example.net/healthz');
  await wait(150);
  await update({ HealthCheckId: id, Disabled: true });
  assert.equal(answer(), '10.0.0.2', 'an update takes a while to reach the name servers');
  await wait(61);
  assert.equal(answer(), '10.0.0.1');
  await update({ HealthCheckId: id, Inverted: true });
  await wait(61);
  assert.equal(answer(), '10.0.0.2');
});

test('an update names the version it knows, and what it leaves out stays', async () => {
  const { route53, createCheck, update, drive, refusal } = openHealth();
  const id = await createCheck(endpoint);
  await update({ HealthCheckId: id, HealthCheckVersion: 1, FailureThreshold: 5 });
  const { HealthCheck } = await drive(route53.send(new GetHealthCheckCommand({ HealthCheckId: id })));
  assert.equal(HealthCheck?.HealthCheckVersion, 2);
  assert.equal(HealthCheck?.HealthCheckConfig?.FailureThreshold, 5);
  assert.equal(HealthCheck?.HealthCheckConfig?.ResourcePath, '/healthz');
  assert.equal(HealthCheck?.HealthCheckConfig?.RequestInterval, 30);
  const stale = route53.send(
    new UpdateHealthCheckCommand({ HealthCheckId: id, HealthCheckVersion: 1, FailureThreshold: 4 }),
  );
  assert.match(await refusal(stale), /^HealthCheckVersionMismatch/);
});

test('a calculated check counts the healthy among its children', async () => {
  const { sim, down, createCheck, wait } = openHealth();
  const children = [
    await createCheck(endpoint),
    await createCheck({ ...endpoint, FullyQualifiedDomainName: 'b.example.net' }),
  ];
  const both = await createCheck({ Type: 'CALCULATED', ChildHealthChecks: children, HealthThreshold: 2 });
  const any = await createCheck({ Type: 'CALCULATED', ChildHealthChecks: children, HealthThreshold: 1 });
  down.add('https://b.example.net/healthz');
  await wait(150);
  assert.equal(sim.route53.health.isHealthy(both), false);
  assert.equal(sim.route53.health.isHealthy(any), true);
});

test('a check on an alarm follows the metric and not a state that was set by hand', async () => {
  const { sim, createCheck, wait, drive } = openHealth();
  const credentials = { accessKeyId: 'AKIACALLER', secretAccessKey: 'secret' };
  const cloudwatch = new CloudWatchClient({
    region,
    credentials,
    requestHandler: sim.connect(),
    maxAttempts: 1,
  });
  const metric = { Namespace: 'Shop', MetricName: 'Primary' };
  const put = (Value: number) =>
    drive(
      cloudwatch.send(
        new PutMetricDataCommand({
          Namespace: metric.Namespace,
          MetricData: [{ MetricName: metric.MetricName, Value }],
        }),
      ),
    );
  await drive(
    cloudwatch.send(
      new PutMetricAlarmCommand({
        ...metric,
        AlarmName: 'primary',
        Period: 60,
        EvaluationPeriods: 1,
        Statistic: 'Minimum',
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
      }),
    ),
  );
  const settings = {
    Type: 'CLOUDWATCH_METRIC',
    AlarmIdentifier: { Region: region, Name: 'primary' },
  } as const;
  const last = await createCheck({ ...settings, InsufficientDataHealthStatus: 'LastKnownStatus' });
  const unhealthy = await createCheck({ ...settings, InsufficientDataHealthStatus: 'Unhealthy' });
  const healthy = await createCheck({ ...settings, InsufficientDataHealthStatus: 'Healthy' });
  const all = () => [last, unhealthy, healthy].map((id) => sim.route53.health.isHealthy(id));
  assert.deepEqual(all(), [true, false, true]);
  for (let minute = 0; minute < 3; minute += 1) {
    await put(0);
    await wait(60);
  }
  assert.deepEqual(all(), [false, false, false]);
  await drive(
    cloudwatch.send(
      new SetAlarmStateCommand({ AlarmName: 'primary', StateValue: 'OK', StateReason: 'by hand' }),
    ),
  );
  assert.deepEqual(all(), [false, false, false]);
  await wait(1800);
  assert.deepEqual(all(), [false, false, true], 'without data each follows its own rule');
});

test('checkers report what they saw, to whoever asks not too often', async () => {
  const { sim, route53, createCheck, wait, drive } = openHealth();
  const id = await createCheck(endpoint);
  await wait(60);
  const ask = () => route53.send(new GetHealthCheckStatusCommand({ HealthCheckId: id }));
  const { HealthCheckObservations } = await drive(ask());
  assert.equal(HealthCheckObservations?.length, 16);
  assert.match(HealthCheckObservations?.[0]?.StatusReport?.Status ?? '', /^Success: HTTP Status Code 200/);
  const settled = await sim.clock.drive(Promise.allSettled([ask(), ask(), ask(), ask(), ask(), ask()]));
  assert.ok(settled.some((one) => one.status === 'rejected' && one.reason.name === 'Throttling'));
});

test('a repeated reference returns the same check, and other settings under it are refused', async () => {
  const { route53, drive, refusal } = openHealth();
  const make = (HealthCheckConfig: HealthCheckConfig) =>
    route53.send(new CreateHealthCheckCommand({ CallerReference: 'same', HealthCheckConfig }));
  const first = await drive(make(endpoint));
  const second = await drive(make(endpoint));
  assert.equal(second.HealthCheck?.Id, first.HealthCheck?.Id);
  assert.match(await refusal(make({ ...endpoint, Inverted: true })), /^HealthCheckAlreadyExists/);
  const listed = await drive(route53.send(new ListHealthChecksCommand({})));
  assert.equal(listed.HealthChecks?.length, 1);
});

test('settings that do not go together are refused', async () => {
  const { route53, refusal } = openHealth();
  const make = (HealthCheckConfig: HealthCheckConfig) =>
    refusal(route53.send(new CreateHealthCheckCommand({ CallerReference: 'one', HealthCheckConfig })));
  assert.match(await make({ ...endpoint, RequestInterval: 20 }), /^InvalidInput/);
  assert.match(await make({ ...endpoint, FailureThreshold: 11 }), /^InvalidInput/);
  assert.match(await make({ Type: 'HTTP' }), /^InvalidInput/);
  assert.match(await make({ ...endpoint, HealthThreshold: 1 }), /^InvalidInput/);
  assert.match(
    await make({ Type: 'CALCULATED', ChildHealthChecks: ['none'], HealthThreshold: 1 }),
    /^InvalidInput/,
  );
  assert.match(
    await make({
      Type: 'CLOUDWATCH_METRIC',
      AlarmIdentifier: { Region: region, Name: 'none' },
      InsufficientDataHealthStatus: 'Healthy',
    }),
    /^InvalidInput/,
  );
});

test('a kind of check that is not modelled, or an endpoint that nobody plays, stops the run', async () => {
  const { route53, drive } = openHealth();
  await assert.rejects(
    drive(
      route53.send(
        new CreateHealthCheckCommand({
          CallerReference: 'one',
          HealthCheckConfig: { Type: 'TCP', IPAddress: '192.0.2.7', Port: 22 },
        }),
      ),
    ),
    /NotSimulated|is not simulated/,
  );
  const unplayed = openZone();
  await unplayed.drive(
    unplayed.route53.send(
      new CreateHealthCheckCommand({ CallerReference: 'one', HealthCheckConfig: endpoint }),
    ),
  );
  await assert.rejects(unplayed.wait(60), /without route53\.probe is not simulated/);
});

test('checks cost timers only while they exist', async () => {
  const { sim, route53, createCheck, drive, refusal } = openHealth();
  const id = await createCheck(endpoint);
  await drive(route53.send(new DeleteHealthCheckCommand({ HealthCheckId: id })));
  assert.match(
    await refusal(route53.send(new GetHealthCheckCommand({ HealthCheckId: id }))),
    /^NoSuchHealthCheck/,
  );
  await assert.rejects(sim.clock.drive(new Promise(() => undefined)), Deadlock);
});
