import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishCommand,
  type PublishCommandInput,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { openAccount, recovery, settings, startMs } from './data-account.ts';

function open() {
  const sim = openAccount();
  const { sns } = sim.region(recovery);
  const topic = sns.addTopic({ name: 'shop-dr', subscribers: ['oncall@shop.example.com'] });
  const client = new SNSClient(settings(sim, recovery));
  const publish = (input: Partial<PublishCommandInput>) =>
    sim.clock.drive(client.send(new PublishCommand({ TopicArn: topic, Message: 'hello', ...input })));
  return { sim, sns, topic, client, publish };
}

test('a published message is kept with its subject, attributes and time', async () => {
  const { sns, topic, publish } = open();
  const { MessageId } = await publish({
    Subject: 'Recovery held',
    MessageAttributes: { plan: { DataType: 'String', StringValue: 'shop' } },
  });
  assert.match(MessageId ?? '', /^[0-9a-f-]{36}$/);
  const [message] = sns.published;
  assert.deepEqual(
    [
      message?.topicArn,
      message?.subject,
      message?.message,
      message?.messageId,
      message?.attributes['plan']?.StringValue,
    ],
    [topic, 'Recovery held', 'hello', MessageId, 'shop'],
  );
  assert.ok(message && message.atMs > startMs && message.atMs < startMs + 5000);
});

test('a message that SNS would refuse reaches nobody', async () => {
  const { sns, topic, publish } = open();
  await assert.rejects(publish({ TopicArn: `${topic}-not` }), { name: 'NotFoundException' });
  await assert.rejects(publish({ TopicArn: 'shop-dr' }), { name: 'InvalidParameterException' });
  await assert.rejects(publish({ Message: '' }), { name: 'InvalidParameterException' });
  await assert.rejects(publish({ Message: 'é'.repeat(131_073) }), { name: 'InvalidParameterException' });
  await assert.rejects(publish({ Subject: 'two\nlines' }), { name: 'InvalidParameterException' });
  await assert.rejects(publish({ Subject: 's'.repeat(101) }), { name: 'InvalidParameterException' });
  assert.deepEqual(sns.published, []);
  await publish({ Message: 'é'.repeat(131_072) });
  assert.equal(sns.published.length, 1);
});

test('an e-mail subscription waits for its confirmation', async () => {
  const { sim, topic: TopicArn, client } = open();
  const subscribe = () =>
    sim.clock.drive(
      client.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'new@shop.example.com' })),
    );
  assert.equal((await subscribe()).SubscriptionArn, 'pending confirmation');
  await subscribe();
  const { Subscriptions } = await sim.clock.drive(
    client.send(new ListSubscriptionsByTopicCommand({ TopicArn })),
  );
  assert.deepEqual(
    Subscriptions?.map(({ Endpoint, SubscriptionArn }) => [
      Endpoint,
      SubscriptionArn?.startsWith(`${TopicArn}:`),
    ]),
    [
      ['oncall@shop.example.com', true],
      ['new@shop.example.com', false],
    ],
  );
  const { Attributes } = await sim.clock.drive(client.send(new GetTopicAttributesCommand({ TopicArn })));
  assert.deepEqual(
    [Attributes?.['SubscriptionsConfirmed'], Attributes?.['SubscriptionsPending']],
    ['1', '1'],
  );
});

test('a topic is created once, however often it is asked for, and listed', async () => {
  const { sim, topic, client } = open();
  const create = () => sim.clock.drive(client.send(new CreateTopicCommand({ Name: 'other' })));
  const { TopicArn } = await create();
  assert.equal((await create()).TopicArn, TopicArn);
  const { Topics } = await sim.clock.drive(client.send(new ListTopicsCommand({})));
  assert.deepEqual(Topics, [{ TopicArn }, { TopicArn: topic }]);
  const set = new SetTopicAttributesCommand({
    TopicArn: topic,
    AttributeName: 'DisplayName',
    AttributeValue: 'DR',
  });
  await sim.clock.drive(client.send(set));
  const { Attributes } = await sim.clock.drive(
    client.send(new GetTopicAttributesCommand({ TopicArn: topic })),
  );
  assert.equal(Attributes?.['DisplayName'], 'DR');
});

test('topics are listed a hundred a page', async () => {
  const { sim, sns, client } = open();
  for (let n = 0; n < 120; n++) sns.addTopic({ name: `t-${n}` });
  const first = await sim.clock.drive(client.send(new ListTopicsCommand({})));
  assert.equal(first.Topics?.length, 100);
  const second = await sim.clock.drive(client.send(new ListTopicsCommand({ NextToken: first.NextToken })));
  assert.equal(second.Topics?.length, 21);
  assert.equal(second.NextToken, undefined);
});

test('a subscription that would have to be delivered stops the run', async () => {
  const { sim, topic: TopicArn, client } = open();
  const command = new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: 'arn:aws:lambda:x' });
  await assert.rejects(sim.clock.drive(client.send(command)), { name: 'NotSimulated' });
});
