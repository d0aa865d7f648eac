import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import type { AwsEvent } from '../drill/occurrences.ts';
import { UsageError } from './usage-error.ts';

const text = v.pipe(v.string(), v.nonEmpty('it is empty'));

/** What every event has (Amazon EventBridge User Guide, "Events", event structure); what else it has stays as it is. */
const eventSchema = v.looseObject({
  id: text,
  source: text,
  'detail-type': text,
  account: text,
  time: v.pipe(v.string(), v.isoTimestamp('an instant such as 2026-11-02T00:03:00Z is expected')),
  region: text,
  resources: v.array(v.string()),
  detail: v.looseObject({}),
});

/** The events of files, each with one event or an array of them, in the order given. @throws UsageError naming the file */
export async function readEvents(files: readonly string[]): Promise<readonly AwsEvent[]> {
  return (await Promise.all(files.map(readFileOfEvents))).flat();
}

async function readFileOfEvents(file: string): Promise<readonly AwsEvent[]> {
  const content = await parse(file);
  const events = Array.isArray(content) ? content : [content];
  if (events.length === 0) throw new UsageError(`${file}: there is no event in it`);
  return events.map((event, index) => {
    const result = v.safeParse(eventSchema, event);
    if (result.success) return result.output as unknown as AwsEvent;
    const [issue] = result.issues;
    const place = Array.isArray(content) ? ` ${index + 1}` : '';
    const path = v.getDotPath(issue);
    const what = path !== null && issue.received === 'undefined' ? `${path} is missing` : issue.message;
    throw new UsageError(
      `${file}: event${place}: ${path === null || what !== issue.message ? '' : `${path}: `}${what}; an event has id, source, detail-type, account, time, region, resources and detail`,
    );
  });
}

async function parse(file: string): Promise<unknown> {
  const content = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.code === 'EISDIR' ? 'it is a directory' : error.message}`,
    );
  });
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new UsageError(
      `${file}: it is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
