import defaults from '../defaults.json' with { type: 'json' };
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';

const regionWideShare = defaults.health.regionWideServiceCode.MULTIPLE_SERVICES;

/** Where AWS sends a public event besides the Region that it is about (AWS Health User Guide, choosing a Region). */
function backupRegion(region: RegionName): RegionName {
  return region === 'us-west-2' ? 'us-east-1' : 'us-west-2';
}

/**
 * Lets AWS Health report trouble in a Region that began now, as late as it does. The Region's own bus gets the event too,
 * which is of use only while that bus works; the copy in the backup Region comes at another moment. Region-wide trouble
 * mostly goes under `MULTIPLE_SERVICES`. Shape: AWS Health User Guide, "AWS Health events Amazon EventBridge schema".
 */
export function reportByHealth(sim: Simulator, region: RegionName): void {
  const startMs = sim.clock.nowMs();
  const subject = `${region}/${startMs}`;
  const isRegionWide = sim.draws.chance(regionWideShare, 'health.regionWideServiceCode', subject);
  const service = isRegionWide ? 'MULTIPLE_SERVICES' : 'EC2';
  const code = `AWS_${service}_OPERATIONAL_ISSUE`;
  const eventArn = `arn:aws:health:${region}::event/${service}/${code}/${code}_${sim.draws.hex('health.event', subject, 12).toUpperCase()}`;
  const communicationId = `${sim.draws.hex('health.communication', subject, 40)}-1`;
  const firstSeconds = sim.draws.sample('health.firstPublicEventLagAfterImpact', subject);
  for (const delivered of [region, backupRegion(region)]) {
    const home = sim.regions.find(({ name }) => name === delivered);
    if (!home) continue;
    const skewSeconds = sim.draws.sample('health.deliverySkewBetweenRegions', `${subject}/${delivered}`);
    sim.clock.after((firstSeconds + skewSeconds) * 1000, () => {
      const nowMs = sim.clock.nowMs();
      home.events.publish({
        source: 'aws.health',
        detailType: 'AWS Health Event',
        resources: [],
        detail: {
          eventArn,
          service,
          eventTypeCode: code,
          eventTypeCategory: 'issue',
          eventScopeCode: 'PUBLIC',
          communicationId,
          startTime: httpDate(startMs),
          lastUpdatedTime: httpDate(nowMs),
          statusCode: 'open',
          eventRegion: region,
          eventDescription: [
            {
              language: 'en_US',
              latestDescription: `We are investigating increased error rates in the ${region} Region.`,
            },
          ],
          affectedEntities: [],
          page: '1',
          totalPages: '1',
          backupEvent: String(delivered !== region),
          affectedAccount: sim.accountId,
        },
      });
    });
  }
}

/** Times inside a Health event look like `Fri, 27 Jan 2023 06:02:51 GMT`. */
function httpDate(atMs: number): string {
  return new Date(atMs).toUTCString();
}
