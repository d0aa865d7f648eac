import type { InputTransformer } from '@aws-sdk/client-eventbridge';
import type { Json, JsonObject } from '../json.ts';
import { evaluatePath } from '../stepfunctions/path.ts';
import { parsePath } from '../stepfunctions/path-syntax.ts';
import type { EventEnvelope } from './envelope.ts';

/** The rule whose target an event is rendered for, and when the bus got the event. */
export interface Occasion {
  readonly ruleName: string;
  readonly ruleArn: string;
  readonly receivedAt: string;
}

const placeholder = /<([A-Za-z0-9_.-]+)>/g;

/** Variables that every template knows (Amazon EventBridge User Guide, "Input transformation"). */
const predefined = [
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
] as const;

/** The placeholders of a template that neither the map nor EventBridge defines. */
export function undefinedPlaceholders({
  InputTemplate = '',
  InputPathsMap = {},
}: InputTransformer): readonly string[] {
  const known = new Set<string>([...Object.keys(InputPathsMap), ...predefined]);
  return [...InputTemplate.matchAll(placeholder)].map(([, name]) => name!).filter((name) => !known.has(name));
}

/** The value at a path of an event; a path that finds nothing yields `undefined`. */
export function selectFrom(event: EventEnvelope, path: string): Json | undefined {
  return evaluatePath(parsePath(path), { data: event, context: {} });
}

/**
 * The text that an input transformer makes of an event. In a template that is a text (it begins with a quotation mark)
 * values lose their quotation marks; in a JSON template a value outside a string is JSON and one inside a string is put in
 * as it is: nothing is escaped, so that the result may be no JSON.
 */
export function transform(
  { InputTemplate = '', InputPathsMap = {} }: InputTransformer,
  event: EventEnvelope,
  occasion: Occasion,
): string {
  const lookUp = (name: string): Json | undefined => {
    const path = InputPathsMap[name];
    return path === undefined ? predefinedValue(name, event, occasion) : selectFrom(event, path);
  };
  if (InputTemplate.trimStart().startsWith('"')) {
    return InputTemplate.replace(placeholder, (_, name: string) => unquoted(lookUp(name)));
  }
  let isInString = false;
  const tokens = new RegExp(`\\\\.|"|${placeholder.source}`, 'g');
  return InputTemplate.replace(tokens, (token, name: string | undefined) => {
    if (token === '"') isInString = !isInString;
    if (name === undefined) return token;
    const value = lookUp(name) ?? '';
    return isInString && typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function unquoted(value: Json | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', '');
}

function predefinedValue(name: string, event: EventEnvelope, occasion: Occasion): Json | undefined {
  const known = predefined.find((candidate) => candidate === name);
  switch (known) {
    case 'aws.events.rule-arn':
      return occasion.ruleArn;
    case 'aws.events.rule-name':
      return occasion.ruleName;
    case 'aws.events.event.ingestion-time':
      return occasion.receivedAt;
    case 'aws.events.event':
      return withoutDetail(event);
    case 'aws.events.event.json':
      return event;
    case undefined:
      return undefined;
    default:
      return known satisfies never;
  }
}

function withoutDetail(event: EventEnvelope): JsonObject {
  const { detail, 'detail-type': detailType, ...rest } = event;
  return { ...rest, detailType };
}
