import type { DeliveryFault } from '../../simulator/events/events.ts';
import type { Region } from '../../simulator/simulator.ts';
import {
  type HealthNews,
  healthNews,
  healthRegions,
  reportByHealth,
  tellHealth,
} from '../../simulator/world/health-event.ts';
import { between, type End, endAll, type Scenarios, type Stage } from './scenario.ts';

const forever = () => {};

/** What goes wrong between what happens and whoever should hear of it. */
export const eventScenarios: Scenarios = {
  'events-lost': {
    says: 'a share of all events never reaches its targets',
    facts: ['F19'],
    probability: 0.15,
    seconds: [120, 3600],
    breaks: 'events',
    begin: (stage, given) =>
      deliveries(
        stage,
        (draws) =>
          ({ subject }) =>
            draws.chance(between(0.1, 1, given), 'storm.events-lost', subject) ? { kind: 'lose' } : undefined,
      ),
  },
  'events-shuffled': {
    says: 'events arrive late, out of order and more than once',
    probability: 0.2,
    seconds: [120, 3600],
    breaks: 'events',
    begin: (stage, given) =>
      deliveries(stage, (draws) => ({ subject }) => {
        const seconds = between(5, 600, given) * draws.unit('storm.events-shuffled.seconds', subject);
        const kind = draws.unit('storm.events-shuffled', subject) < 0.5 ? 'delay' : 'repeat';
        return { kind, seconds };
      }),
  },
  'restore-events-lost': {
    says: 'nothing that EBS and AWS Backup tell in the recovery Region reaches anybody',
    facts: ['F19'],
    probability: 0.1,
    seconds: [600, 3600],
    begin: ({ recovery: { events } }) => {
      const own: DeliveryFault = ({ event: { source, 'detail-type': type } }) =>
        source === 'aws.backup' || type === 'EBS Volume Notification' ? { kind: 'lose' } : undefined;
      events.deliveryFaults.unshift(own);
      return () => {
        events.deliveryFaults.splice(events.deliveryFaults.indexOf(own), 1);
      };
    },
  },
  'primary-events-held': {
    says: "the primary Region's buses deliver nothing for a while, then everything at once",
    facts: ['F3'],
    probability: 0.1,
    seconds: [600, 7200],
    begin: ({ primary }) => {
      primary.events.pauseDeliveries();
      return () => primary.events.resumeDeliveries();
    },
  },
  'health-pages': {
    says: 'AWS Health tells of trouble in the primary Region twice, on two buses, its pages shuffled',
    facts: ['F1'],
    misleads: 'AWS Health',
    probability: 0.15,
    seconds: [60, 1800],
    begin: (stage, given) => {
      const { sim, primary } = stage;
      const news = { ...healthNews(sim, primary.name, 'EC2', sim.clock.nowMs()), pages: 3 };
      tellLater(stage, news, between(60, 1200, given));
      return forever;
    },
  },
  'health-reopened': {
    says: 'AWS Health closes its event about the primary Region in the middle, and opens it again',
    facts: ['F2'],
    misleads: 'AWS Health',
    probability: 0.15,
    seconds: [60, 1800],
    begin: ({ sim, primary }, { seconds }) => {
      const news = healthNews(sim, primary.name, 'EC2', sim.clock.nowMs());
      const says = (statusCode: HealthNews['statusCode'], ordinal: number, text: string) => () => {
        const communicationId = news.communicationId.replace(/1$/, String(ordinal));
        for (const on of healthRegions(primary.name))
          tellHealth(sim, on, { ...news, statusCode, communicationId, says: text });
      };
      says('open', 1, news.says)();
      sim.clock.after((seconds * 1000) / 3, says('closed', 2, '[RESOLVED] The issue has been resolved.'));
      sim.clock.after((seconds * 2000) / 3, says('open', 3, 'We see errors again.'));
      return forever;
    },
  },
  'health-elsewhere': {
    says: 'AWS Health tells of a Region and of services that no plan has anything to do with',
    facts: ['F4'],
    probability: 0.2,
    seconds: [60, 600],
    begin: ({ sim, primary }) => {
      const [, backup = primary.name] = healthRegions(primary.name);
      tellHealth(sim, backup, healthNews(sim, 'eu-south-2', 'MULTIPLE_SERVICES', sim.clock.nowMs()));
      tellHealth(sim, backup, healthNews(sim, primary.name, 'LEX', sim.clock.nowMs()));
      return forever;
    },
  },
  'health-false-alarm': {
    says: 'AWS Health reports trouble in the primary Region that its application does not feel',
    facts: ['F1'],
    misleads: 'AWS Health',
    probability: 0.1,
    seconds: [60, 60],
    begin: ({ sim, primary }) => {
      reportByHealth(sim, primary.name);
      return forever;
    },
  },
};

/** Each page on each bus, and once more, each at a moment of its own. */
function tellLater({ sim }: Stage, news: HealthNews, withinSeconds: number): void {
  for (const on of healthRegions(news.region))
    for (const time of [1, 2])
      for (let page = 1; page <= news.pages; page += 1) {
        const share = sim.draws.unit('storm.health-pages', `${on}/${time}/${page}`);
        sim.clock.after(withinSeconds * share * 1000, () => tellHealth(sim, on, { ...news, page }));
      }
}

/** Looks at each delivery in every Region. */
function deliveries({ sim }: Stage, fault: (draws: Stage['sim']['draws']) => DeliveryFault): End {
  return endAll(
    ...sim.regions.map(({ events }: Region) => {
      const own = fault(sim.draws);
      events.deliveryFaults.push(own);
      return () => {
        events.deliveryFaults.splice(events.deliveryFaults.indexOf(own), 1);
      };
    }),
  );
}
