/** Names that lead nowhere, twice to one place, or stand twice in a list. */
import { type Draft, known, placed, written } from '../draft.ts';
import { nearest } from '../nearest.ts';
import type { Finding, Path } from '../plan-error.ts';
import type { Check } from '../references.ts';

/** The names that a section defines; `undefined` where the section itself is no good, so that nothing can be said. */
function namesIn(draft: Draft, section: 'servers' | 'databases'): readonly string[] | undefined {
  if (written(draft, section) && draft[section] === undefined) return undefined;
  return Object.keys(draft[section] ?? {});
}

function dangling(
  path: Path,
  name: string,
  names: readonly string[],
  section: 'servers' | 'databases',
): Finding {
  const meant = nearest(name, names);
  const list = names.length === 0 ? `add ${section} to the plan` : `write ${names.join(' or ')}`;
  return {
    path,
    message: `"${name}" is not among the ${section} of this plan`,
    fix: meant === undefined ? list : `did you mean "${meant}"?`,
  };
}

/** Where a plan names one of its servers. */
function serverReferences(draft: Draft): [Path, string | undefined][] {
  return [
    ...known(draft.volumes).map(([name, { attach }]): [Path, string | undefined] => [
      ['volumes', name, 'attach', 'server'],
      attach?.server,
    ]),
    ...placed(draft.reload?.servers).map(([place, name]): [Path, string] => [
      ['reload', 'servers', place],
      name,
    ]),
    ...placed(draft.verify).map(([place, { inside }]): [Path, string | undefined] => [
      ['verify', place, 'inside', 'server'],
      inside?.server,
    ]),
  ];
}

function* serversThere(draft: Draft): Iterable<Finding> {
  const names = namesIn(draft, 'servers');
  if (names === undefined) return;
  for (const [path, name] of serverReferences(draft)) {
    if (name !== undefined && !names.includes(name)) yield dangling(path, name, names, 'servers');
  }
  if (draft.reload && !written(draft.reload, 'servers') && names.length === 0) {
    yield {
      path: ['reload'],
      message: 'there are no servers to run it on',
      fix: 'add servers, or remove reload',
    };
  }
}

function* databasesThere(draft: Draft): Iterable<Finding> {
  const names = namesIn(draft, 'databases');
  for (const [parameter, value] of known(draft.settings)) {
    const path = ['settings', parameter];
    for (const [reference, inner] of value.matchAll(/\$\{([^}]*)\}?/g)) {
      const database = /^databases\.([^.]+)\.endpoint$/.exec(inner ?? '')?.[1];
      if (database === undefined || !reference.endsWith('}')) {
        const example = `\${databases.${names?.[0] ?? 'orders'}.endpoint}`;
        yield {
          path,
          message: `${reference} refers to nothing`,
          fix: `write a reference such as ${example}`,
        };
      } else if (names !== undefined && !names.includes(database)) {
        yield dangling(path, database, names, 'databases');
      }
    }
  }
}

function* oneReplicaEach(draft: Draft): Iterable<Finding> {
  const owners = new Map<string, string>();
  for (const [name, { promote }] of known(draft.databases)) {
    const replica = promote?.replica;
    if (replica === undefined) continue;
    const owner = owners.get(replica);
    owners.set(replica, owner ?? name);
    if (owner === undefined) continue;
    const path = ['databases', name, 'promote', 'replica'];
    yield {
      path,
      message: `databases.${owner} promotes ${replica} too`,
      fix: 'name another replica, or remove one of the two',
    };
  }
}

/** Every list of texts in a plan is a set in some order: alarms, types, subnets, servers. */
function* nothingTwice(draft: Draft): Iterable<Finding> {
  const within = function* (value: unknown, path: Path): Iterable<Finding> {
    if (Array.isArray(value)) {
      for (const [place, item] of value.entries()) {
        const first = value.indexOf(item);
        if (typeof item !== 'string') yield* within(item, [...path, place]);
        else if (first < place)
          yield { path: [...path, place], message: `${item} stands twice in this list`, fix: 'remove one' };
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) yield* within(inner, [...path, key]);
    }
  };
  yield* within(draft, []);
}

function* somethingToRecover(draft: Draft): Iterable<Finding> {
  const sections = ['databases', 'servers', 'volumes', 'settings', 'traffic'];
  if (sections.some((section) => written(draft, section))) return;
  yield { path: [], message: 'the plan recovers nothing', fix: `add one of ${sections.join(', ')}` };
}

/** Names that a plan gives and takes. */
export const nameChecks: readonly Check[] = [
  somethingToRecover,
  serversThere,
  databasesThere,
  oneReplicaEach,
  nothingTwice,
];
