import defaults from '../defaults.json' with { type: 'json' };
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';

const regionWideShare = defaults.health.regionWideServiceCode.MULTIPLE_SERVICES;

/** Where AWS sends a public event besides the Region that it is about (AWS Health User Guide, choosing a Region). */
function backupRegion(region: RegionName): RegionName {
  return region === 'us-west-2' ? 'us-east-1' : 'us-west-2';
}

/** A public event of AWS Health about a Region, as far as tellings of it differ. */
export interface HealthNews {
  /** About which Region. */
  readonly region: RegionName;
  readonly service: string;
  /** The same in every telling of one event. */
  readonly eventArn: string;
  /** The same in every page and copy of one telling. */
  readonly communicationId: string;
  readonly startMs: number;
  readonly statusCode: 'open' | 'closed';
  readonly says: string;
  readonly page: number;
  readonly pages: number;
}

/** A public event that began at an instant, before anything was told of it. */
export function healthNews(sim: Simulator, region: RegionName, service: string, startMs: number): HealthNews {
  const subject = `${region}/${startMs}`;
  const code = `AWS_${service}_OPERATIONAL_ISSUE`;
  return {
    region,
    service,
    eventArn: `arn:aws:health:${region}::event/${service}/${code}/${code}_${sim.draws.hex('health.event', subject, 12).toUpperCase()}`,
    communicationId: `${sim.draws.hex('health.communication', subject, 40)}-1`,
    startMs,
    statusCode: 'open',
    says: `We are investigating increased error rates in the ${region} Region.`,
    page: 1,
    pages: 1,
  };
}

/**
 * Puts what AWS Health says on the bus of one Region now. Shape: AWS Health User Guide, "AWS Health events Amazon
 * EventBridge schema".
 */
export function tellHealth(sim: Simulator, on: RegionName, news: HealthNews): void {
  const home = sim.regions.find(({ name }) => name === on);
  const { region, service, eventArn, communicationId, startMs, statusCode, says, page, pages } = news;
  home?.events.publish({
    source: 'aws.health',
    detailType: 'AWS Health Event',
    resources: [],
    detail: {
      eventArn,
      service,
      eventTypeCode: `AWS_${service}_OPERATIONAL_ISSUE`,
      eventTypeCategory: 'issue',
      eventScopeCode: 'PUBLIC',
      communicationId,
      startTime: httpDate(startMs),
      lastUpdatedTime: httpDate(sim.clock.nowMs()),
      statusCode,
      eventRegion: region,
      eventDescription: [{ language: 'en_US', latestDescription: says }],
      affectedEntities: [],
      page: String(page),
      totalPages: String(pages),
      backupEvent: String(on !== region),
      affectedAccount: sim.accountId,
    },
  });
}

/** On whose buses a public event about a Region arrives. */
export function healthRegions(region: RegionName): readonly RegionName[] {
  return [region, backupRegion(region)];
}

/**
 * Lets AWS Health report trouble in a Region that began now, as late as it does. The Region's own bus gets the event too,
 * which is of use only while that bus works; the copy in the backup Region comes at another moment. Region-wide trouble
 * mostly goes under `MULTIPLE_SERVICES`.
 */
export function reportByHealth(sim: Simulator, region: RegionName): void {
  const startMs = sim.clock.nowMs();
  const subject = `${region}/${startMs}`;
  const isRegionWide = sim.draws.chance(regionWideShare, 'health.regionWideServiceCode', subject);
  const news = healthNews(sim, region, isRegionWide ? 'MULTIPLE_SERVICES' : 'EC2', startMs);
  const firstSeconds = sim.draws.sample('health.firstPublicEventLagAfterImpact', subject);
  for (const on of healthRegions(region)) {
    if (!sim.regions.some(({ name }) => name === on)) continue;
    const skewSeconds = sim.draws.sample('health.deliverySkewBetweenRegions', `${subject}/${on}`);
    sim.clock.after((firstSeconds + skewSeconds) * 1000, () => tellHealth(sim, on, news));
  }
}

/** Times inside a Health event look like `Fri, 27 Jan 2023 06:02:51 GMT`. */
function httpDate(atMs: number): string {
  return new Date(atMs).toUTCString();
}
