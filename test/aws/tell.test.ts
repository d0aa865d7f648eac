/** Telling: who was not told is known, and everybody else is told all the same. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { clientConfig } from '../../aws/access.ts';
import { type Teller, tell } from '../../aws/tell.ts';
import { AwsError } from '../../simulator/errors.ts';
import type { EventEnvelope } from '../../simulator/events/envelope.ts';
import { emptyAccount } from './account.ts';

const detail = { plan: 'shop', recovery: 'shop-failover-7', reason: 'shop-failover-7 was interrupted' };

async function open() {
  const { sim, access } = emptyAccount();
  const { sns, events } = sim.region('ap-northeast-1');
  const told: EventEnvelope[] = [];
  events.onEvent((_bus, event) => void told.push(event));
  const logged: string[] = [];
  const own = access('teller');
  const client = new SNSClient(clientConfig(own));
  const { TopicArn } = await sim.clock.drive(client.send(new CreateTopicCommand({ Name: 'people' })));
  const teller: Teller = {
    access: own,
    deps: { log: (level, message) => void logged.push(`${level}: ${message}`) },
    topicArn: TopicArn ?? '',
  };
  return { sim, teller, logged, events, told, people: sns.published };
}

const interrupted = (teller: Teller, words?: Parameters<typeof tell>[3]) =>
  tell(teller, 'Recovery Interrupted', detail, words);

test('machines are told by the bus and people by the topic, in the same words', async () => {
  const { sim, teller, told, people, logged } = await open();
  assert.deepEqual(await sim.clock.drive(interrupted(teller)), {});
  assert.deepEqual(
    told.map((event) => [event.source, event['detail-type'], event.detail]),
    [['lifeboat', 'Recovery Interrupted', detail]],
  );
  assert.deepEqual(
    people.map(({ message }) => message),
    [detail.reason],
  );
  assert.deepEqual(logged, []);
});

test('an entry that is throttled inside of a request that succeeded is put again', async () => {
  const { sim, teller, told, events, logged } = await open();
  let refusals = 2;
  events.entryFaults.push(() =>
    refusals-- > 0 ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' } : undefined,
  );
  assert.deepEqual(await sim.clock.drive(interrupted(teller)), {});
  assert.deepEqual([told.length, logged], [1, []]);
});

test('an entry that is refused for good is noticed, logged and answered, and people are told', async () => {
  const { sim, teller, told, events, logged, people } = await open();
  events.entryFaults.push(() => ({ ErrorCode: 'NotAuthorizedForDetailTypeException', ErrorMessage: 'no' }));
  const untold = await sim.clock.drive(interrupted(teller));
  const why = 'events:PutEvents answered NotAuthorizedForDetailTypeException: no';
  assert.deepEqual(untold, { machines: why });
  assert.deepEqual(logged, [`error: Recovery Interrupted was not told: ${why}`]);
  assert.deepEqual([told.length, people.length], [0, 1]);
});

test('where people cannot be told machines are, and the other way round they are told alone', async () => {
  const { sim, teller, told, people } = await open();
  sim.faults.push(({ operation }) =>
    operation === 'Publish'
      ? { kind: 'error', error: new AwsError('AuthorizationError', 'no', 403) }
      : undefined,
  );
  const untold = await sim.clock.drive(interrupted(teller));
  assert.match(untold.people ?? '', /^sns:Publish answered AuthorizationError/);
  assert.deepEqual([untold.machines, told.length, people.length], [undefined, 1, 0]);
  sim.faults.length = 0;
  const again = { subject: 's', message: 'm', onlyPeople: true };
  assert.deepEqual(await sim.clock.drive(interrupted(teller, again)), {});
  assert.deepEqual([told.length, people.length], [1, 1]);
});

test('what is not as documented is told and logged as a defect', async () => {
  const { sim, teller, told, logged } = await open();
  const more = { ...detail, more: 1 };
  await sim.clock.drive(tell(teller, 'Recovery Interrupted', more));
  assert.equal(told.length, 1);
  assert.match(logged.join(), /^error: a notice is not as documented: Recovery Interrupted: more/);
});
