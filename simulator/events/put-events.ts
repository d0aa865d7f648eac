import type {
  PutEventsCommandInput,
  PutEventsRequestEntry,
  PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import { isObject, parseJson } from '../json.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { EventNotice } from './envelope.ts';
import { refuseTwins } from './pattern-text.ts';

const { maxEntries, maxBytesTotal, rejectSourcePrefix, errorCode } = defaults.eventbridge.putEvents;

/** Refuses one entry of a request that is taken in as a whole, as EventBridge does when it is short of capacity. */
export type EntryFault = (
  entry: PutEventsRequestEntry,
) => Required<Pick<PutEventsResultEntry, 'ErrorCode' | 'ErrorMessage'>> | undefined;

/** Puts an event on a bus; returns its id. */
export type Accept = (busName: string, notice: EventNotice) => string;

/**
 * PutEvents: a request may succeed while some of its entries fail (Amazon EventBridge API Reference, PutEvents).
 * @throws AwsError `ValidationException`
 */
export function putEvents(input: PutEventsCommandInput, accept: Accept, faults: readonly EntryFault[] = []) {
  refuseUnmodelled('events:PutEvents', input, ['Entries']);
  const entries = input.Entries ?? [];
  if (entries.length < 1 || entries.length > maxEntries) {
    const bound = entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${maxEntries}`;
    const message = `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`;
    throw new AwsError('ValidationException', message);
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= maxBytesTotal) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  const results = entries.map((entry) => {
    for (const fault of faults) {
      const refused = fault(entry);
      if (refused) return refused;
    }
    return putEntry(entry, accept);
  });
  return {
    Entries: results,
    FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
  };
}

/** How AWS counts an entry: 14 bytes for a time, and the UTF-8 bytes of the texts (User Guide, "Calculating PutEvents event entry size"). */
function sizeOf({
  Time,
  Source = '',
  DetailType = '',
  Detail = '',
  Resources = [],
}: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return (Time ? 14 : 0) + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function putEntry(entry: PutEventsRequestEntry, accept: Accept): PutEventsResultEntry {
  refuseUnmodelled('events:PutEvents', entry, [
    'Source',
    'DetailType',
    'Detail',
    'Resources',
    'Time',
    'EventBusName',
    'TraceHeader',
  ]);
  const { Source, DetailType, Detail, Resources = [], Time, EventBusName = 'default' } = entry;
  if (!Source) return missing('Source');
  if (!DetailType) return missing('DetailType');
  if (!Detail) return missing('Detail');
  if (Source.startsWith(rejectSourcePrefix))
    return { ErrorCode: errorCode, ErrorMessage: 'Not authorized for the source.' };
  const detail = parseJson(Detail);
  if (!isObject(detail)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  refuseTwins(Detail);
  const notice = { source: Source, detailType: DetailType, resources: Resources, detail };
  const busName = EventBusName.slice(EventBusName.lastIndexOf('/') + 1);
  return { EventId: accept(busName, Time ? { ...notice, timeMs: Time.getTime() } : notice) };
}

function missing(parameter: string): PutEventsResultEntry {
  const ErrorMessage = `Parameter ${parameter} is not valid. Reason: ${parameter} is a required argument.`;
  return { ErrorCode: 'InvalidArgument', ErrorMessage };
}
