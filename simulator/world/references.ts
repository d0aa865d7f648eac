import type { Finding, Path } from './parse.ts';
import type { World, WorldRegion } from './schema.ts';

/** Collects what a world names but does not have. */
class Findings {
  readonly list: Finding[] = [];

  add(path: Path, message: string, fix: string): void {
    this.list.push({ path, message, fix });
  }

  /** `name` must be a key of `among`. */
  expect(path: Path, name: string | undefined, among: object, what: string): void {
    if (name === undefined || Object.hasOwn(among, name)) return;
    const known = Object.keys(among);
    const fix = known.length === 0 ? `the Region has no ${what}` : `one of ${known.slice(0, 6).join(', ')}`;
    this.add(path, `there is no ${what} ${name}`, fix);
  }

  expectAll(path: Path, names: readonly string[], among: object, what: string): void {
    names.forEach((name, index) => {
      this.expect([...path, index], name, among, what);
    });
  }
}

/** Every name in a world that leads nowhere, and every fact that contradicts another one. */
export function danglingReferences(world: World): readonly Finding[] {
  const findings = new Findings();
  for (const [name, region] of Object.entries(world.regions)) {
    const at: Path = ['regions', name];
    checkNetwork(findings, at, region, world);
    checkServers(findings, at, region);
    checkBalancing(findings, at, region);
    checkDatabases(findings, at, region, world);
    checkParameters(findings, at, region, world);
  }
  checkZones(findings, world);
  checkApplication(findings, world);
  return findings.list;
}

function checkZones(findings: Findings, world: World): void {
  for (const [id, zone] of Object.entries(world.zones)) {
    zone.records.forEach((record, index) => {
      const path = ['zones', id, 'records', index];
      findings.expect([...path, 'healthCheck'], record.healthCheck, world.healthChecks, 'health check');
      if (record.name === zone.name || record.name.endsWith(`.${zone.name}`)) return;
      findings.add(
        [...path, 'name'],
        `${record.name} is outside the zone ${zone.name}`,
        `a name that ends in .${zone.name}`,
      );
    });
  }
  for (const [id, check] of Object.entries(world.healthChecks)) {
    if (!('alarm' in check)) continue;
    const path = ['healthChecks', id, 'alarm'];
    findings.expect([...path, 'region'], check.alarm.region, world.regions, 'Region');
    const region = world.regions[check.alarm.region];
    if (region) findings.expect([...path, 'name'], check.alarm.name, region.alarms, 'alarm');
  }
}

function checkNetwork(findings: Findings, at: Path, region: WorldRegion, world: World): void {
  for (const [id, { vpc }] of Object.entries(region.internetGateways)) {
    findings.expect([...at, 'internetGateways', id, 'vpc'], vpc, region.vpcs, 'VPC');
  }
  for (const [id, table] of Object.entries(region.routeTables)) {
    const path = [...at, 'routeTables', id];
    findings.expect([...path, 'vpc'], table.vpc, region.vpcs, 'VPC');
    findings.expectAll([...path, 'subnets'], table.subnets, region.subnets, 'subnet');
  }
  for (const [id, peering] of Object.entries(region.peerings)) {
    const path = [...at, 'peerings', id];
    findings.expect([...path, 'requester'], peering.requester, region.vpcs, 'VPC');
    findings.expect([...path, 'accepterRegion'], peering.accepterRegion, world.regions, 'Region');
    const far = peering.accepterRegion === undefined ? region : world.regions[peering.accepterRegion];
    if (far) findings.expect([...path, 'accepter'], peering.accepter, far.vpcs, 'VPC');
  }
  for (const [id, endpoint] of Object.entries(region.endpoints)) {
    findings.expect([...at, 'endpoints', id, 'vpc'], endpoint.vpc, region.vpcs, 'VPC');
    findings.expectAll([...at, 'endpoints', id, 'subnets'], endpoint.subnets, region.subnets, 'subnet');
  }
  for (const [id, subnet] of Object.entries(region.subnets)) {
    findings.expect([...at, 'subnets', id, 'vpc'], subnet.vpc, region.vpcs, 'VPC');
    expectZone(findings, [...at, 'subnets', id, 'zone'], subnet.zone, region);
  }
  for (const [id, group] of Object.entries(region.securityGroups)) {
    findings.expect([...at, 'securityGroups', id, 'vpc'], group.vpc, region.vpcs, 'VPC');
    group.ingress.forEach(({ from }, index) => {
      if (!from.startsWith('sg-')) return;
      findings.expect(
        [...at, 'securityGroups', id, 'ingress', index, 'from'],
        from,
        region.securityGroups,
        'group',
      );
    });
  }
}

function expectZone(findings: Findings, path: Path, letter: string, region: WorldRegion): void {
  if (region.zones.includes(letter)) return;
  findings.add(path, `the Region has no zone ${letter}`, `one of ${region.zones.join(', ')}`);
}

function checkServers(findings: Findings, at: Path, region: WorldRegion): void {
  const profiles = Object.fromEntries(region.instanceProfiles.map((name) => [name, true]));
  for (const [id, image] of Object.entries(region.images)) {
    findings.expect([...at, 'images', id, 'rootSnapshot'], image.rootSnapshot, region.snapshots, 'snapshot');
  }
  for (const [name, template] of Object.entries(region.launchTemplates)) {
    const path = [...at, 'launchTemplates', name];
    findings.expect([...path, 'image'], template.image, region.images, 'image');
    findings.expectAll([...path, 'securityGroups'], template.securityGroups, region.securityGroups, 'group');
    findings.expect([...path, 'profile'], template.profile, profiles, 'instance profile');
  }
  for (const [id, volume] of Object.entries(region.volumes)) {
    expectZone(findings, [...at, 'volumes', id, 'zone'], volume.zone, region);
    findings.expect([...at, 'volumes', id, 'snapshot'], volume.snapshot, region.snapshots, 'snapshot');
  }
  region.capacity.forEach(({ zone }, index) => {
    expectZone(findings, [...at, 'capacity', index, 'zone'], zone, region);
  });
  const holders = new Map<string, string>();
  for (const [id, instance] of Object.entries(region.instances)) {
    const path = [...at, 'instances', id];
    findings.expect([...path, 'image'], instance.image, region.images, 'image');
    findings.expect([...path, 'subnet'], instance.subnet, region.subnets, 'subnet');
    findings.expectAll([...path, 'securityGroups'], instance.securityGroups, region.securityGroups, 'group');
    findings.expect([...path, 'profile'], instance.profile, profiles, 'instance profile');
    checkAttachments(findings, path, id, region, holders);
  }
}

function checkAttachments(
  findings: Findings,
  at: Path,
  instanceId: string,
  region: WorldRegion,
  holders: Map<string, string>,
): void {
  const instance = region.instances[instanceId]!;
  for (const [device, { id }] of Object.entries(instance.volumes)) {
    const path = [...at, 'volumes', device, 'id'];
    findings.expect(path, id, region.volumes, 'volume');
    const holder = holders.get(id);
    if (holder) findings.add(path, `${id} is attached to ${holder} already`, 'a volume for each instance');
    holders.set(id, instanceId);
    const [zone, volumeZone] = [region.subnets[instance.subnet]?.zone, region.volumes[id]?.zone];
    if (zone && volumeZone && zone !== volumeZone) {
      findings.add(path, `${id} is in zone ${volumeZone}, its instance in zone ${zone}`, 'the same zone');
    }
  }
}

function checkBalancing(findings: Findings, at: Path, region: WorldRegion): void {
  for (const [name, group] of Object.entries(region.targetGroups)) {
    findings.expect([...at, 'targetGroups', name, 'vpc'], group.vpc, region.vpcs, 'VPC');
    findings.expectAll([...at, 'targetGroups', name, 'targets'], group.targets, region.instances, 'instance');
  }
  for (const [name, balancer] of Object.entries(region.loadBalancers)) {
    const path = [...at, 'loadBalancers', name];
    findings.expect([...path, 'vpc'], balancer.vpc, region.vpcs, 'VPC');
    findings.expectAll([...path, 'subnets'], balancer.subnets, region.subnets, 'subnet');
    findings.expectAll([...path, 'forwardsTo'], balancer.forwardsTo, region.targetGroups, 'target group');
  }
  for (const [name, group] of Object.entries(region.autoScalingGroups)) {
    const path = [...at, 'autoScalingGroups', name];
    const { launchTemplate, subnets, instances, targetGroups } = group;
    findings.expect([...path, 'launchTemplate'], launchTemplate, region.launchTemplates, 'launch template');
    findings.expectAll([...path, 'subnets'], subnets, region.subnets, 'subnet');
    findings.expectAll([...path, 'instances'], instances, region.instances, 'instance');
    findings.expectAll([...path, 'targetGroups'], targetGroups, region.targetGroups, 'target group');
  }
}

function checkDatabases(findings: Findings, at: Path, region: WorldRegion, world: World): void {
  for (const [name, group] of Object.entries(region.databaseSubnetGroups)) {
    const path = [...at, 'databaseSubnetGroups', name, 'subnets'];
    findings.expectAll(path, group.subnets, region.subnets, 'subnet');
    const vpcs = new Set(group.subnets.map((id) => region.subnets[id]?.vpc));
    if (vpcs.size > 1) findings.add(path, 'its subnets are in more than one VPC', 'subnets of one VPC');
  }
  for (const [id, database] of Object.entries(region.databases)) {
    const path = [...at, 'databases', id];
    const { subnetGroup, replicates } = database;
    findings.expect([...path, 'subnetGroup'], subnetGroup, region.databaseSubnetGroups, 'subnet group');
    findings.expectAll([...path, 'securityGroups'], database.securityGroups, region.securityGroups, 'group');
    expectZone(findings, [...path, 'zone'], database.zone, region);
    if (!replicates) continue;
    findings.expect([...path, 'replicates', 'region'], replicates.region, world.regions, 'Region');
    const source = world.regions[replicates.region];
    if (source) {
      findings.expect([...path, 'replicates', 'database'], replicates.database, source.databases, 'database');
    }
  }
  for (const [id, { copiedFrom }] of Object.entries(region.databaseSnapshots)) {
    const path = [...at, 'databaseSnapshots', id, 'copiedFrom', 'region'];
    findings.expect(path, copiedFrom?.region, world.regions, 'Region');
  }
}

function checkParameters(findings: Findings, at: Path, region: WorldRegion, world: World): void {
  for (const [name, { value, endpointOf }] of Object.entries(region.parameters)) {
    const path = [...at, 'parameters', name];
    if ((value === undefined) === (endpointOf === undefined)) {
      findings.add(path, 'it is not clear what its value is', 'a value or endpointOf');
    }
    if (!endpointOf) continue;
    findings.expect([...path, 'endpointOf', 'region'], endpointOf.region, world.regions, 'Region');
    const databases = world.regions[endpointOf.region]?.databases;
    if (!databases) continue;
    findings.expect([...path, 'endpointOf', 'database'], endpointOf.database, databases, 'database');
  }
}

function checkApplication(findings: Findings, world: World): void {
  const { servers, regions, runsIn, recoversIn } = world.application;
  const at: Path = ['application', 'regions'];
  findings.expect(['application', 'runsIn'], runsIn, regions, 'Region of the application');
  findings.expect(['application', 'recoversIn'], recoversIn, regions, 'Region of the application');
  for (const [name, place] of Object.entries(regions)) {
    findings.expect([...at, name], name, world.regions, 'Region');
    const region = world.regions[name];
    if (!region) continue;
    if ((place.loadBalancer === undefined) === (place.address === undefined)) {
      findings.add([...at, name], 'clients cannot tell how to reach it', 'a loadBalancer or an address');
    }
    findings.expect([...at, name, 'loadBalancer'], place.loadBalancer, region.loadBalancers, 'load balancer');
    for (const [server, group] of Object.entries(place.targetGroups)) {
      findings.expect([...at, name, 'targetGroups', server], server, servers, 'server');
      findings.expect([...at, name, 'targetGroups', server], group, region.targetGroups, 'target group');
    }
    for (const server of Object.values(servers)) {
      for (const parameter of Object.keys(server.settings)) {
        findings.expect([...at, name], parameter, region.parameters, 'parameter');
      }
    }
  }
}
