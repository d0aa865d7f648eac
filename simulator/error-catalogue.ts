import catalogue from './error-catalogue.json' with { type: 'json' };
import { NotSimulated } from './errors.ts';
import type { ServiceName } from './service.ts';

/** An error that AWS documents for an operation. */
export interface CatalogueError {
  /** As it is on the wire. */
  readonly code: string;
  readonly httpStatus: number;
}

interface ServiceErrors {
  /** Where AWS documents them. */
  readonly source: string;
  /** Errors of every operation, with their HTTP status. */
  readonly common: Readonly<Record<string, number>>;
  /** Errors that an operation has beside those of every operation. */
  readonly operations: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Errors of an operation about what a request names, with the member that names it: others are not answered so. */
  readonly onlyNamed: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What AWS documents, and cannot answer to a request that Lifeboat makes; by the reason. */
  readonly neverAnswered: Readonly<Record<string, readonly string[]>>;
}

const services = catalogue as unknown as Readonly<Partial<Record<ServiceName, ServiceErrors>>>;

/** What AWS documents of the operations that Lifeboat calls in recoveries, by service. */
export const errorCatalogue = services;

/**
 * Every error that AWS may answer to a request, or to some request of the operation where none is given: those of the service,
 * then its own.
 * @throws NotSimulated for an operation that is not in the catalogue
 */
export function errorsOf(
  service: ServiceName,
  operation: string,
  request?: unknown,
): readonly CatalogueError[] {
  const known = services[service];
  const own = known?.operations[operation];
  if (!known || !own) throw new NotSimulated(`an error of ${service}:${operation}`);
  const naming = known.onlyNamed[operation] ?? {};
  const isAnswered = ({ code }: CatalogueError) => {
    const member = naming[code];
    return (
      !member || request === undefined || (request as Readonly<Record<string, unknown>>)[member] !== undefined
    );
  };
  return [...errors(known.common), ...errors(own).filter(isAnswered)];
}

function errors(byCode: Readonly<Record<string, number>>): readonly CatalogueError[] {
  return Object.entries(byCode).map(([code, httpStatus]) => ({ code, httpStatus }));
}
