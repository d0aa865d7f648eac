import type {
  CreateTopicCommandInput,
  GetTopicAttributesCommandInput,
  ListSubscriptionsByTopicCommandInput,
  ListTopicsCommandInput,
  MessageAttributeValue,
  PublishCommandInput,
  SetTopicAttributesCommandInput,
  SubscribeCommandInput,
  Subscription,
} from '@aws-sdk/client-sns';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Call, Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { defaultTopicPolicy, effectiveDeliveryPolicy } from './topic-defaults.ts';

/** A message that reached a topic. */
export interface Published {
  readonly topicArn: string;
  readonly subject: string | undefined;
  readonly message: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly messageId: string;
  readonly atMs: number;
}

interface Topic {
  readonly arn: string;
  readonly attributes: Map<string, string>;
  readonly subscriptions: Subscriber[];
  readonly tags: Readonly<Record<string, string>>;
}

interface Subscriber {
  readonly arn: string;
  readonly protocol: string;
  readonly endpoint: string;
  /** E-mail that is not confirmed gets nothing and shows no ARN. */
  isConfirmed: boolean;
}

/** A topic of the world at its start. Its subscribers are e-mail addresses that have confirmed. */
export interface TopicSeed {
  readonly name: string;
  readonly subscribers?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

/** Message and attributes together (SNS API Reference, Publish). */
const messageBytesMax = 262_144;
const page = 100;
const settableAttributes: readonly string[] = ['DisplayName', 'Policy', 'KmsMasterKeyId', 'TracingConfig'];

/** SNS of one Region: what was published is kept; nothing is delivered, since who would read it is outside the world. */
export class Sns implements Service {
  readonly name = 'sns';
  readonly sim: Simulator;
  readonly region: RegionName;
  /** All messages that topics accepted, in order. */
  readonly published: Published[] = [];
  readonly topics = new Map<string, Topic>();
  readonly operations: Operations = {
    CreateTopic: (input: CreateTopicCommandInput) => this.#create(input),
    Publish: (input: PublishCommandInput, call) => this.#publish(input, call),
    Subscribe: (input: SubscribeCommandInput) => this.#subscribe(input),
    ListSubscriptionsByTopic: (input: ListSubscriptionsByTopicCommandInput) => this.#listSubscriptions(input),
    ListTopics: (input: ListTopicsCommandInput) => this.#listTopics(input),
    GetTopicAttributes: (input: GetTopicAttributesCommandInput) => this.#attributes(input),
    SetTopicAttributes: (input: SetTopicAttributesCommandInput) => this.#setAttribute(input),
  };

  constructor(sim: Simulator, region: RegionName) {
    this.sim = sim;
    this.region = region;
  }

  /** Puts a topic into the world; returns its ARN. */
  addTopic(seed: TopicSeed): string {
    const arn = this.#arn(seed.name);
    const topic: Topic = { arn, attributes: new Map(), subscriptions: [], tags: seed.tags ?? {} };
    this.topics.set(arn, topic);
    for (const address of seed.subscribers ?? []) this.#addSubscription(topic, 'email', address, true);
    return arn;
  }

  /** Somebody has subscribed to a topic by mail and confirmed it. @throws Error for a topic that is not there */
  addSubscriber(topicArn: string, address: string): void {
    const topic = this.topics.get(topicArn);
    if (!topic) throw new Error(`${this.region} has no topic ${topicArn}`);
    this.#addSubscription(topic, 'email', address, true);
  }

  /** What an AWS service sends to a topic, such as an alarm's action. A topic that is gone loses it silently. */
  deliver(message: { readonly topicArn: string; readonly subject: string; readonly message: string }): void {
    if (!this.topics.has(message.topicArn)) return;
    const messageId = this.sim.draws.uuid('sns.messageId', message.topicArn);
    this.published.push({ ...message, attributes: {}, messageId, atMs: this.sim.clock.nowMs() });
  }

  #create(input: CreateTopicCommandInput): object {
    refuseUnmodelled('sns:CreateTopic', input, ['Name', 'Attributes', 'Tags']);
    const name = input.Name ?? '';
    if (!/^[\w-]{1,256}$/.test(name)) throw new AwsError('InvalidParameter', 'Invalid parameter: Topic Name');
    const known = this.topics.get(this.#arn(name));
    if (known) return { TopicArn: known.arn };
    const tags = Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
    const arn = this.addTopic({ name, tags });
    for (const [attribute, value] of Object.entries(input.Attributes ?? {})) {
      this.#setAttribute({ TopicArn: arn, AttributeName: attribute, AttributeValue: value });
    }
    return { TopicArn: arn };
  }

  /** @throws AwsError NotFound for an unknown topic, InvalidParameter for an empty or too long message or subject */
  #publish(input: PublishCommandInput, { caller }: Call): object {
    refuseUnmodelled('sns:Publish', input, [
      'TopicArn',
      'TargetArn',
      'Message',
      'Subject',
      'MessageAttributes',
    ]);
    const topic = this.#find(input.TopicArn ?? input.TargetArn);
    const message = input.Message ?? '';
    if (message === '') throw new AwsError('InvalidParameter', 'Invalid parameter: Empty message');
    if (Buffer.byteLength(message + attributesText(input)) > messageBytesMax) {
      throw new AwsError('InvalidParameter', 'Invalid parameter: Message too long');
    }
    // Printable ASCII, fewer than 100 characters, no line breaks (SNS API Reference, Publish).
    if (input.Subject !== undefined && !/^[\x21-\x7e][\x20-\x7e]{0,98}$/.test(input.Subject)) {
      throw new AwsError('InvalidParameter', 'Invalid parameter: Subject');
    }
    const messageId = this.sim.draws.uuid('sns.messageId', caller.accessKeyId);
    this.published.push({
      topicArn: topic.arn,
      subject: input.Subject,
      message,
      attributes: input.MessageAttributes ?? {},
      messageId,
      atMs: this.sim.clock.nowMs(),
    });
    return { MessageId: messageId };
  }

  /** E-mail waits for its confirmation, which nobody gives here. */
  #subscribe(input: SubscribeCommandInput): object {
    refuseUnmodelled('sns:Subscribe', input, ['TopicArn', 'Protocol', 'Endpoint', 'ReturnSubscriptionArn']);
    if (input.Protocol !== 'email' && input.Protocol !== 'email-json') {
      throw new NotSimulated(`sns:Subscribe with the protocol ${input.Protocol}`);
    }
    const topic = this.#find(input.TopicArn);
    if (!input.Endpoint?.includes('@'))
      throw new AwsError('InvalidParameter', 'Invalid parameter: Email address');
    const arn = this.#addSubscription(topic, input.Protocol, input.Endpoint, false);
    return { SubscriptionArn: input.ReturnSubscriptionArn ? arn : 'pending confirmation' };
  }

  /** Subscribing the same endpoint again gives the subscription that is there. */
  #addSubscription(topic: Topic, protocol: string, endpoint: string, isConfirmed: boolean): string {
    const known = topic.subscriptions.find(
      (other) => other.protocol === protocol && other.endpoint === endpoint,
    );
    if (known) {
      known.isConfirmed ||= isConfirmed;
      return known.arn;
    }
    const arn = `${topic.arn}:${this.sim.draws.uuid('sns.subscription', `${topic.arn}/${endpoint}`)}`;
    topic.subscriptions.push({ arn, protocol, endpoint, isConfirmed });
    return arn;
  }

  #listSubscriptions(input: ListSubscriptionsByTopicCommandInput): object {
    const topic = this.#find(input.TopicArn);
    const { items, next } = pageOf(topic.subscriptions, input.NextToken);
    return { Subscriptions: items.map((subscriber) => this.#subscriptionShape(topic, subscriber)), ...next };
  }

  #subscriptionShape(topic: Topic, { arn, protocol, endpoint, isConfirmed }: Subscriber): Subscription {
    return {
      SubscriptionArn: isConfirmed ? arn : 'PendingConfirmation',
      Owner: this.sim.accountId,
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn: topic.arn,
    };
  }

  #listTopics(input: ListTopicsCommandInput): object {
    const arns = [...this.topics.keys()].sort();
    const { items, next } = pageOf(arns, input.NextToken);
    return { Topics: items.map((TopicArn) => ({ TopicArn })), ...next };
  }

  #attributes(input: GetTopicAttributesCommandInput): object {
    const topic = this.#find(input.TopicArn);
    const confirmed = topic.subscriptions.filter(({ isConfirmed }) => isConfirmed).length;
    return {
      Attributes: {
        TopicArn: topic.arn,
        Owner: this.sim.accountId,
        SubscriptionsConfirmed: String(confirmed),
        SubscriptionsPending: String(topic.subscriptions.length - confirmed),
        SubscriptionsDeleted: '0',
        DisplayName: '',
        Policy: defaultTopicPolicy(topic.arn, this.sim.accountId),
        EffectiveDeliveryPolicy: effectiveDeliveryPolicy,
        ...Object.fromEntries(topic.attributes),
      },
    };
  }

  #setAttribute(input: SetTopicAttributesCommandInput): object {
    const topic = this.#find(input.TopicArn);
    const name = input.AttributeName ?? '';
    if (!settableAttributes.includes(name)) throw new NotSimulated(`sns:SetTopicAttributes of ${name}`);
    topic.attributes.set(name, input.AttributeValue ?? '');
    return {};
  }

  #find(arn: string | undefined): Topic {
    if (!/^arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]+$/.test(arn ?? '')) {
      throw new AwsError('InvalidParameter', 'Invalid parameter: TopicArn');
    }
    const topic = this.topics.get(arn ?? '');
    if (!topic) throw new AwsError('NotFound', 'Topic does not exist', 404);
    return topic;
  }

  #arn(name: string): string {
    return `arn:aws:sns:${this.region}:${this.sim.accountId}:${name}`;
  }
}

function attributesText({ MessageAttributes = {} }: PublishCommandInput): string {
  return Object.entries(MessageAttributes)
    .map(([name, value]) => name + (value.DataType ?? '') + (value.StringValue ?? ''))
    .join('');
}

/** @throws AwsError InvalidParameter for a token that is none */
function pageOf<T>(
  items: readonly T[],
  token: string | undefined,
): { items: readonly T[]; next: { NextToken?: string } } {
  const start = Number(token ?? 0);
  if (!Number.isInteger(start)) throw new AwsError('InvalidParameter', 'Invalid parameter: NextToken');
  const end = start + page;
  return { items: items.slice(start, end), next: end < items.length ? { NextToken: String(end) } : {} };
}
