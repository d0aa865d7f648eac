import type { ObservedRecord } from '../../recovery/observed.ts';
import { type TrafficMemory, type TrafficObservation, trafficNeed } from '../../recovery/steps/traffic.ts';
import { runCases } from '../cases.ts';

const item = {
  record: {
    zone: 'Z1',
    name: 'app.shop.example.com',
    type: 'CNAME',
    ttlSeconds: 60,
    value: 'new.elb.amazonaws.com',
  },
} as const;
const wanted: ObservedRecord = {
  name: 'app.shop.example.com.',
  type: 'CNAME',
  ttlSeconds: 60,
  values: ['new.elb.amazonaws.com'],
};

runCases<{
  seen: Omit<TrafficObservation, 'record'> & { record: TrafficObservation['record'] | 'wanted' };
  memory?: TrafficMemory;
}>(new URL('cases/traffic.json', import.meta.url), ({ seen, memory }) =>
  trafficNeed(
    item,
    { ...seen, record: seen.record === 'wanted' ? wanted : seen.record },
    memory ?? {},
    '2026-03-02T09:00:00.000Z',
  ),
);
