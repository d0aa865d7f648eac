import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Outage, parseOutage } from './outage.ts';

const folder = join(import.meta.dirname, '../../worlds/history');

/** Every outage that is kept, by name, the earliest first. */
export function readOutages(): readonly Outage[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const outages = files.map((name) => {
    const outage = parseOutage(readFileSync(join(folder, name), 'utf8'), name);
    if (outage.outage !== basename(name, '.yaml')) throw new TypeError(`${name} is of ${outage.outage}`);
    return outage;
  });
  return outages.sort((a, b) => a.begins - b.begins);
}
