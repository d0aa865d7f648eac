/** Which operation a REST request means. */
import type { OperationModel, ServiceModel } from './model.ts';

export interface Route {
  readonly operation: OperationModel;
  readonly path: RegExp;
  /** The members that the groups of `path` hold. */
  readonly labels: readonly string[];
  /** Whether the request must be addressed to a bucket, which stands before the path. */
  readonly hasBucket: boolean;
  /** Query members that must be there, with the value where the model fixes one. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: readonly string[];
  readonly specificity: number;
}

/** What routing looks at. The path is the one below the bucket. */
export interface Addressed {
  readonly method: string;
  readonly path: string;
  readonly hasBucket: boolean;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

const tables = new WeakMap<ServiceModel, ReadonlyMap<string, readonly Route[]>>();

/** The most specific route that a request satisfies: S3 has several operations for each path. */
export function findRoute(model: ServiceModel, request: Addressed): Route | undefined {
  return tableOf(model)
    .get(request.method)
    ?.find((route) => fits(route, request));
}

function fits(route: Route, request: Addressed): boolean {
  return (
    route.hasBucket === request.hasBucket &&
    route.query.every(
      ([name, value]) => name in request.query && (value === '' || request.query[name] === value),
    ) &&
    route.headers.every((name) => name in request.headers) &&
    route.path.test(request.path)
  );
}

/** The routes of a service by method, the most specific first. */
function tableOf(model: ServiceModel): ReadonlyMap<string, readonly Route[]> {
  let table = tables.get(model);
  if (!table) {
    const routes = model.operationNames.map((name) => routeOf(model.operation(name)!));
    routes.sort((a, b) => b.specificity - a.specificity);
    table = Map.groupBy(routes, (route) => route.operation.http![0]);
    tables.set(model, table);
  }
  return table;
}

function routeOf(operation: OperationModel): Route {
  const [, template] = operation.http!;
  const [pathTemplate = '/', search = ''] = template.split('?');
  const labels = [...pathTemplate.matchAll(/\{(\w+)\+?\}/g)].map(([, label]) => label!);
  const fixed = [...new URLSearchParams(search)];
  const required = [...operation.input.members.values()].filter((member) => member.isRequired);
  const named = (at: 'query' | 'header') =>
    required.flatMap(({ binding }) => (binding.at === at ? [binding.name] : []));
  // The SDK adds the operation's name as `x-id`; other clients leave it out.
  const query = fixed.filter(([name]) => name !== 'x-id');
  for (const name of named('query')) query.push([name, '']);
  const headers = named('header');
  return {
    operation,
    path: pathPattern(pathTemplate),
    labels,
    hasBucket: required.some(({ name, binding }) => binding.at === 'label' && !labels.includes(name)),
    query,
    headers,
    specificity: query.length + headers.length,
  };
}

/** `{Name}` is one segment; `{Name+}` all that is left, with its slashes. */
function pathPattern(template: string): RegExp {
  const isGreedy = template.endsWith('+}');
  const pattern = template
    .replace(/[.$()*|[\]\\^]/g, '\\$&')
    .replace(/\{\w+\+\}/, '(.+)')
    .replace(/\{\w+\}/g, '([^/]+)')
    .replace(/\/$/, '');
  return new RegExp(`^${pattern}${isGreedy ? '' : '/?'}$`, 's');
}
