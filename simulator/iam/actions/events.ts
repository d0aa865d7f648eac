import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import type { ActionTable } from '../check.ts';

/** Actions, resources and condition keys of EventBridge (Service Authorization Reference, Amazon EventBridge). */
export const eventsActions: ActionTable = {
  PutEvents: ({ Entries = [] }: PutEventsCommandInput, place) =>
    Entries.map(({ EventBusName: bus = 'default', Source = '', DetailType = '' }) => ({
      action: 'events:PutEvents',
      resource: bus.startsWith('arn:') ? bus : place.arn('events', `event-bus/${bus}`),
      keys: { 'events:source': [Source], 'events:detail-type': [DetailType] },
    })),
};
