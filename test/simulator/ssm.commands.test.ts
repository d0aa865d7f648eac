import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
  type SendCommandCommandInput,
} from '@aws-sdk/client-ssm';
import type { GuestResult } from '../../simulator/guest.ts';
import { openServers, other, server } from './guest-servers.ts';

const fine: GuestResult = { exitCode: 0, stdout: 'mounted\n', stderr: '' };

async function openCommands() {
  const account = openServers();
  const { ssm, drive, wait, refusal } = account;
  await wait(1);
  const input = (given: Partial<SendCommandCommandInput>): SendCommandCommandInput => ({
    DocumentName: 'shop-mount',
    ...(given.Targets ? {} : { InstanceIds: [server] }),
    Parameters: { path: ['/srv/data'] },
    ...given,
  });
  const send = async (given: Partial<SendCommandCommandInput> = {}) =>
    (await drive(ssm.send(new SendCommandCommand(input(given))))).Command?.CommandId ?? '';
  const result = (CommandId: string, InstanceId = server) =>
    drive(ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId })));
  const command = async (CommandId: string) =>
    (await drive(ssm.send(new ListCommandsCommand({ CommandId })))).Commands?.[0];
  return {
    ...account,
    send,
    result,
    command,
    refuse: (given: Partial<SendCommandCommandInput>) =>
      refusal(ssm.send(new SendCommandCommand(input(given)))),
    /** Status and details of an invocation after so many seconds. */
    statusAfter: async (id: string, seconds: number, instanceId = server) => {
      await wait(seconds);
      const { Status, StatusDetails } = await result(id, instanceId);
      return `${Status} ${StatusDetails}`;
    },
  };
}

test('a command runs its document in the guest, once, with every parameter filled in', async () => {
  const { play, guest, line, send, result, wait } = await openCommands();
  let given: unknown;
  const { runs } = play((inside, parameters) => {
    given = parameters;
    inside.mounts.set('/srv/data', line());
    return fine;
  });
  const id = await send({ Comment: 'mount the data' });
  await wait(60);
  assert.deepEqual(given, {
    path: ['/srv/data'],
    options: ['noatime'],
    mode: ['rw'],
    executionTimeout: ['600'],
  });
  assert.equal(guest.mounts.size, 1);
  assert.equal(runs(), 1);
  const invocation = await result(id);
  assert.equal(invocation.Status, 'Success');
  assert.equal(invocation.ResponseCode, 0);
  assert.equal(invocation.StandardOutputContent, 'mounted\n');
  assert.equal(invocation.PluginName, 'mount');
  assert.equal(invocation.Comment, 'mount the data');
});

test('an invocation is unknown at first, then goes through its states', async () => {
  const { play, send, result, wait } = await openCommands();
  play(() => fine);
  const seen: string[] = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const id = await send();
    for (let tenth = 0; tenth < 600; tenth += 1) {
      const status = await result(id).then(
        ({ Status, ResponseCode }) => `${Status} ${ResponseCode}`,
        (error: Error) => error.name,
      );
      if (!seen.includes(status)) seen.push(status);
      if (status.startsWith('Success')) break;
      await wait(0.1);
    }
  }
  assert.ok(seen.includes('InvocationDoesNotExist'));
  assert.ok(seen.includes('Success 0'));
  assert.ok(seen.includes('InProgress -1'));
});

test('another exit code than 0 is Failed, with what was printed', async () => {
  const { play, send, statusAfter, result, command } = await openCommands();
  play(() => ({ exitCode: 32, stdout: 'a'.repeat(30_000), stderr: 'mount: wrong fs type' }));
  const id = await send();
  assert.equal(await statusAfter(id, 60), 'Failed Failed');
  const { ResponseCode, StandardOutputContent, StandardErrorContent } = await result(id);
  assert.deepEqual(
    [ResponseCode, StandardOutputContent?.length, StandardErrorContent],
    [32, 24_000, 'mount: wrong fs type'],
  );
  const overall = await command(id);
  assert.deepEqual([overall?.Status, overall?.ErrorCount, overall?.TargetCount], ['Failed', 1, 1]);
});

test('a command to many instances succeeds only if all do', async () => {
  const { play, send, wait, command, statusAfter, ssm, drive } = await openCommands();
  play((guest) => (guest.instanceId === server ? fine : { exitCode: 1, stdout: '', stderr: '' }));
  const id = await send({ InstanceIds: [server, other] });
  await wait(60);
  assert.equal((await command(id))?.Status, 'Failed');
  assert.equal((await command(id))?.CompletedCount, 2);
  const tolerant = await send({ InstanceIds: [server, other], MaxErrors: '1' });
  assert.equal(await statusAfter(tolerant, 60), 'Success Success');
  assert.equal((await command(tolerant))?.StatusDetails, 'Incomplete');
  const { CommandInvocations } = await drive(
    ssm.send(new ListCommandInvocationsCommand({ CommandId: id, Details: true })),
  );
  assert.deepEqual(
    CommandInvocations?.map(({ InstanceName, Status, CommandPlugins }) => [
      InstanceName,
      Status,
      CommandPlugins?.[0]?.ResponseCode,
    ]),
    [
      ['worker', 'Success', 0],
      ['web', 'Failed', 1],
    ],
  );
});

test('targets are chosen by tag, and a tag that no instance has is easy to take for success', async () => {
  const { play, send, wait, command } = await openCommands();
  const { runs } = play(() => fine);
  const id = await send({ Targets: [{ Key: 'tag:Role', Values: ['web'] }] });
  await wait(60);
  assert.equal((await command(id))?.TargetCount, 1);
  assert.equal(runs(), 1);
  const none = await command(await send({ Targets: [{ Key: 'tag:Role', Values: ['none'] }] }));
  assert.deepEqual(
    [none?.Status, none?.StatusDetails, none?.TargetCount],
    ['Success', 'NoInstancesInTag', 0],
  );
});

test('a command to a silent agent looks InProgress until its delivery times out', async () => {
  const { here, play, send, statusAfter, command } = await openCommands();
  const { runs } = play(() => fine);
  here.ssm.silenceAgent(server);
  const id = await send({ TimeoutSeconds: 120 });
  assert.equal(await statusAfter(id, 100), 'InProgress InProgress');
  assert.equal(await statusAfter(id, 30), 'TimedOut DeliveryTimedOut');
  assert.equal((await command(id))?.DeliveryTimedOutCount, 1);
  assert.equal(runs(), 0);
});

test('a silent agent that comes back in time runs the command', async () => {
  const { here, play, send, statusAfter } = await openCommands();
  const { runs } = play(() => fine);
  const release = here.ssm.silenceAgent(server);
  const id = await send({ TimeoutSeconds: 600 });
  assert.equal(await statusAfter(id, 100), 'InProgress InProgress');
  release();
  assert.equal(await statusAfter(id, 60), 'Success Success');
  assert.equal(runs(), 1);
});

test('an instance that dies while a document runs leaves no effect and no report, until the command expires', async () => {
  const { here, play, send, stop, wait, statusAfter } = await openCommands();
  const { runs } = play(() => fine);
  here.ssm.executionSeconds = () => 60;
  const id = await send({
    TimeoutSeconds: 30,
    Parameters: { path: ['/srv/data'], executionTimeout: ['90'] },
  });
  await wait(25);
  await stop();
  assert.equal(await statusAfter(id, 60), 'InProgress InProgress');
  assert.equal(await statusAfter(id, 60), 'TimedOut DeliveryTimedOut');
  assert.equal(runs(), 0);
});

test('a document that runs too long is ended as ExecutionTimedOut', async () => {
  const { here, play, send, statusAfter } = await openCommands();
  const { runs } = play(() => fine);
  here.ssm.executionSeconds = ({ instanceId }) => (instanceId === server ? 700 : undefined);
  const id = await send({ InstanceIds: [server, other] });
  assert.equal(await statusAfter(id, 500), 'InProgress InProgress');
  assert.equal(await statusAfter(id, 0, other), 'Success Success');
  assert.equal(await statusAfter(id, 150), 'TimedOut ExecutionTimedOut');
  assert.equal(runs(), 1);
});

test('a cancelled command does nothing more', async () => {
  const { here, play, send, ssm, drive, wait, statusAfter, refusal } = await openCommands();
  const { runs } = play(() => fine);
  here.ssm.executionSeconds = () => 300;
  const id = await send();
  await wait(30);
  await drive(ssm.send(new CancelCommandCommand({ CommandId: id })));
  assert.equal(await statusAfter(id, 60), 'Cancelled Cancelled');
  await wait(600);
  assert.equal(runs(), 0);
  const unknown = ssm.send(new CancelCommandCommand({ CommandId: '00000000-0000-4000-a000-000000000000' }));
  assert.match(await refusal(unknown), /^InvalidCommandId/);
});

test('a cancelled command that no agent received ends at once', async () => {
  const { here, play, send, ssm, drive, wait, statusAfter } = await openCommands();
  play(() => fine);
  here.ssm.silenceAgent(server);
  const id = await send();
  await wait(60);
  await drive(ssm.send(new CancelCommandCommand({ CommandId: id })));
  assert.equal(await statusAfter(id, 0), 'Cancelled Cancelled');
});

const refusals: readonly {
  readonly what: string;
  readonly given: Partial<SendCommandCommandInput>;
  readonly says: RegExp;
}[] = [
  {
    what: 'a document that is not there',
    given: { DocumentName: 'none' },
    says: /^InvalidDocument: Document with name none does not exist\.$/,
  },
  { what: 'a version that is not there', given: { DocumentVersion: '7' }, says: /^InvalidDocumentVersion/ },
  {
    what: 'a parameter that the document does not have',
    given: { Parameters: { path: ['/srv/data'], device: ['/dev/sdf'] } },
    says: /^InvalidParameters/,
  },
  { what: 'a missing parameter', given: { Parameters: {} }, says: /^InvalidParameters/ },
  {
    what: 'a value outside the allowed pattern',
    given: { Parameters: { path: ['/srv/data; reboot'] } },
    says: /^InvalidParameters/,
  },
  {
    what: 'a value outside the allowed values',
    given: { Parameters: { path: ['/srv/data'], mode: ['rwx'] } },
    says: /^InvalidParameters/,
  },
  {
    what: 'two values for one string',
    given: { Parameters: { path: ['/srv/data', '/srv/more'] } },
    says: /^InvalidParameters/,
  },
  {
    what: 'too many items',
    given: { Parameters: { path: ['/srv/data'], options: ['a', 'b', 'c'] } },
    says: /^InvalidParameters/,
  },
  {
    what: 'a time-out that is no number',
    given: { Parameters: { path: ['/srv/data'], executionTimeout: ['soon'] } },
    says: /^InvalidParameters/,
  },
  {
    what: 'a delivery time-out below 30 seconds',
    given: { TimeoutSeconds: 29 },
    says: /^ValidationException: .*timeoutSeconds.*greater than or equal to 30/,
  },
  {
    what: 'more than fifty instances',
    given: { InstanceIds: Array.from({ length: 51 }, () => server) },
    says: /^ValidationException: .*less than or equal to 50/,
  },
  {
    what: 'both ids and targets',
    given: { InstanceIds: [server], Targets: [{ Key: 'tag:Role', Values: ['web'] }] },
    says: /^ValidationException/,
  },
  { what: 'neither ids nor targets', given: { InstanceIds: [] }, says: /^ValidationException/ },
  { what: 'an id that is none', given: { InstanceIds: ['worker'] }, says: /^ValidationException/ },
];

for (const { what, given, says } of refusals) {
  test(`SendCommand refuses ${what}`, async () => {
    const { play, refuse } = await openCommands();
    play(() => fine);
    assert.match(await refuse(given), says);
  });
}

test('a document whose behaviour nobody registered, and members that are not modelled, stop the run', async () => {
  const unplayed = await openCommands();
  await assert.rejects(unplayed.send(), /what the SSM document shop-mount does in a guest is not simulated/);
  const { play, send } = await openCommands();
  play(() => fine);
  await assert.rejects(send({ OutputS3BucketName: 'logs' }), /OutputS3BucketName is not simulated/);
  const { play: playAgain, send: sendSlowly } = await openCommands();
  playAgain(() => fine);
  await assert.rejects(
    sendSlowly({ InstanceIds: [server, other], MaxConcurrency: '1' }),
    /MaxConcurrency below its targets is not simulated/,
  );
});

test('each status of a command is announced', async () => {
  const { here, play, send, wait } = await openCommands();
  play(() => fine);
  const announced: string[] = [];
  here.events.onEvent((_bus, event) => {
    if (event.source === 'aws.ssm') announced.push(`${event['detail-type']}: ${event.detail['status']}`);
  });
  await send();
  await wait(60);
  assert.deepEqual(announced, [
    'EC2 Command Invocation Status-change Notification: InProgress',
    'EC2 Command Status-change Notification: InProgress',
    'EC2 Command Invocation Status-change Notification: Success',
    'EC2 Command Status-change Notification: Success',
  ]);
});
