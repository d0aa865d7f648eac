/** Servers: how each comes to be, and that no two groups take the same ones. */
import { type Draft, known, type Sketch, written } from '../draft.ts';
import type { Finding } from '../plan-error.ts';
import type { Check } from '../references.ts';
import type { PlanForm } from '../schema.ts';

type Server = Sketch<NonNullable<PlanForm['servers']>[string]>;

function* oneWay(name: string, server: Server): Iterable<Finding> {
  const [start, launch] = [written(server, 'start'), written(server, 'launch')];
  const path = ['servers', name];
  if (start && launch) {
    yield {
      path: [...path, 'launch'],
      message: 'a server is started or launched, not both',
      fix: 'remove start or launch',
    };
  }
  if (!start && !launch) {
    yield { path, message: 'nothing says where this server comes from', fix: 'add start or launch' };
  }
}

function* keysOfTheOtherWay(name: string, server: Server): Iterable<Finding> {
  if (written(server, 'start') || !written(server, 'launch')) return;
  for (const key of ['types', 'subnets', 'targetGroup'] as const) {
    const path = ['servers', name, key];
    if (!written(server, key)) continue;
    yield {
      path,
      message: `"${key}" belongs to launch here`,
      fix: `move it to servers.${name}.launch.${key}`,
    };
  }
  if (written(server, 'orElse')) {
    const path = ['servers', name, 'orElse'];
    yield { path, message: '"orElse" is for servers that are started', fix: 'remove it' };
  }
}

function* subnetsOfNoUse(name: string, server: Server): Iterable<Finding> {
  if (!written(server, 'start') || !written(server, 'subnets')) return;
  const path = ['servers', name, 'subnets'];
  const unused = written(server, 'orElse') ? server.orElse === 'fail' : true;
  if (unused)
    yield {
      path,
      message: 'no copy is launched without orElse: launch',
      fix: 'add orElse: launch, or remove subnets',
    };
}

function* launchable(name: string, server: Server): Iterable<Finding> {
  const { launch } = server;
  if (launch === undefined || written(launch, 'template')) return;
  const path = ['servers', name, 'launch'];
  if (!written(launch, 'types')) {
    yield {
      path,
      message: 'neither a template nor types tell the instance type',
      fix: 'add template, or types',
    };
  }
  if (!written(launch, 'subnets')) {
    const message = 'without a template or subnets EC2 would take the default VPC';
    yield { path, message, fix: 'add template, or subnets' };
  }
}

function* eachServer({ servers }: Draft): Iterable<Finding> {
  for (const [name, server] of known(servers)) {
    yield* oneWay(name, server);
    yield* keysOfTheOtherWay(name, server);
    yield* subnetsOfNoUse(name, server);
    yield* launchable(name, server);
  }
}

/** Two selectors of which one contains the other choose the same servers, and two steps would work on them. */
function* ownServers({ servers }: Draft): Iterable<Finding> {
  const chosen = known(servers).flatMap(([name, { start }]) =>
    start?.tags ? [{ name, tags: start.tags }] : [],
  );
  for (const [place, later] of chosen.entries()) {
    const earlier = chosen
      .slice(0, place)
      .find(({ tags }) => contains(tags, later.tags) || contains(later.tags, tags));
    if (earlier === undefined) continue;
    yield {
      path: ['servers', later.name, 'start', 'tags'],
      message: `these tags and those of servers.${earlier.name} choose the same servers`,
      fix: 'add a tag with different values to both, such as Role',
    };
  }
}

type Selector = Readonly<Record<string, string | undefined>>;

function contains(narrow: Selector, wide: Selector): boolean {
  return Object.entries(wide).every(([key, value]) => value !== undefined && narrow[key] === value);
}

/** How servers come to be. */
export const serverChecks: readonly Check[] = [eachServer, ownServers];
