import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServiceName, serviceNames } from '../../../simulator/service.ts';
import { packageOf } from './clients.ts';

const root = join(import.meta.dirname, '../../..');

/** Every operation that deployed code or the operator's commands can call, such as `ec2:DescribeInstances`. */
export function operationsOfAws(): ReadonlySet<string> {
  return new Set(
    globSync('aws/**/*.ts', { cwd: root }).flatMap((file) =>
      commandsIn(readFileSync(join(root, file), 'utf8')),
    ),
  );
}

function commandsIn(code: string): readonly string[] {
  const imports = [...code.matchAll(/import (?:type )?\{([^}]*)\} from '(@aws-sdk\/client-[a-z0-9-]+)'/g)];
  return imports.flatMap(([, names = '', from = '']) =>
    [...names.matchAll(/\b(\w+)Command\b/g)].flatMap(([, operation = '']) =>
      new RegExp(`new ${operation}Command\\(`).test(code) ? [`${serviceOf(from)}:${operation}`] : [],
    ),
  );
}

function serviceOf(from: string): ServiceName {
  const service = serviceNames.find((name) => packageOf(name) === from);
  if (!service) throw new TypeError(`${from} is the client of no service that is simulated`);
  return service;
}

/** What neither side is asked, and why. */
export const unasked: Readonly<Record<string, string>> = {};
