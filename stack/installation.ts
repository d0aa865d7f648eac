import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import type { Plan } from '../recovery/plan/plan.ts';
import { clashOf } from './clashes.ts';
import { outpostsOf } from './outposts.ts';
import { root } from './places.ts';
import { namesOf } from './plan-names.ts';
import { compilePlans } from './plans.ts';
import type { Place } from './response.ts';
import { tooLongRole } from './role-size.ts';

/** What a team sets to install Lifeboat, as it stands in `installation.yml`. */
export interface Installation {
  /** The folder of the plans, below the repository's root. */
  readonly plans: string;
  readonly recoveryRegion: string;
  /** E-mail addresses. */
  readonly notify: readonly string[];
  readonly logRetentionDays: number;
}

/** `installation.yml` says something that cannot be installed; the message names the key and the way out. */
export class InvalidInstallation extends Error {
  override readonly name = 'InvalidInstallation';
}

export const installationFile = 'installation.yml';

/** What CloudWatch Logs takes as a retention (API Reference, PutRetentionPolicy). */
const retentions: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const schema = v.strictObject({
  plans: v.pipe(
    v.string(),
    v.regex(/^[\w-]+(\/[\w-]+)*$/, 'must be a folder of the repository, such as plans'),
  ),
  recoveryRegion: v.pipe(
    v.string(),
    v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS Region, such as ap-northeast-1'),
  ),
  notify: v.pipe(
    v.array(v.pipe(v.string(), v.regex(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, 'must be an e-mail address'))),
    v.minLength(1, 'must have an e-mail address: an alarm that nobody hears is none'),
    v.check((addresses) => new Set(addresses).size === addresses.length, 'must name each address once'),
  ),
  logRetentionDays: v.picklist(retentions, `must be one of ${retentions.join(', ')}`),
});

/** The settings of the repository at `from`. @throws InvalidInstallation with everything that is wrong */
export function readInstallation(from = root): Installation {
  const file = join(from, installationFile);
  if (!existsSync(file))
    throw new InvalidInstallation(`${installationFile} is absent; restore it from Lifeboat's repository`);
  const result = v.safeParse(schema, parsed(readFileSync(file, 'utf8')));
  if (!result.success) throw new InvalidInstallation(result.issues.map(sayIssue).join('\n'));
  const problem = planFolderProblem(join(from, result.output.plans), result.output.plans);
  if (problem !== undefined) throw new InvalidInstallation(`${installationFile}: plans: ${problem}`);
  return result.output;
}

/** What is not YAML is nothing that the schema could take. */
function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new InvalidInstallation(`${installationFile}: it is not YAML: ${(error as Error).message}`);
  }
}

function sayIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? '';
  const said =
    issue.expected === 'never'
      ? `there is no such setting; there are ${Object.keys(schema.entries).join(', ')}`
      : issue.received === 'undefined'
        ? 'it is absent'
        : issue.message;
  return `${installationFile}: ${path === '' ? '' : `${path}: `}${said}`;
}

function planFolderProblem(folder: string, name: string): string | undefined {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return `there is no folder ${name}`;
  if (!readdirSync(folder).some((file) => file.endsWith('.yaml')))
    return `no *.yaml is in ${name}; add a plan`;
  return undefined;
}

/** Every plan of the installation, wherever it recovers. @throws InvalidInstallation, InvalidPlans */
export function installedPlans(): Promise<readonly Plan[]> {
  return compilePlans(join(root, readInstallation().plans));
}

/** Those that recover where the stack is. @throws InvalidInstallation, InvalidPlans */
export async function recoveringPlans(): Promise<readonly Plan[]> {
  const { recoveryRegion } = readInstallation();
  return (await installedPlans()).filter(({ regions }) => regions.recovery === recoveryRegion);
}

/** What is about to be packaged, and for where. */
export interface Packaging {
  readonly place: Place;
  readonly region: string;
  /** Whether it goes to an account: what the repository is shipped with can be packaged, and not installed. */
  readonly isDeployed: boolean;
}

/** Why settings, plans and what is asked for do not go together, with the way out. */
export function installationProblem(
  { recoveryRegion, notify }: Installation,
  plans: readonly Plan[],
  { place, region, isDeployed }: Packaging,
): string | undefined {
  const recoveries = [...new Set(plans.map(({ regions }) => regions.recovery))];
  if (!recoveries.includes(recoveryRegion)) {
    return `${installationFile}: recoveryRegion: no plan recovers to ${recoveryRegion}; they recover to ${recoveries.join(', ')}`;
  }
  if (place === 'recovery' && region !== recoveryRegion) {
    return `serverless.yml belongs into ${recoveryRegion}, not into ${region}: recoveryRegion of ${installationFile} says where`;
  }
  const outposts = outpostsOf(plans, recoveryRegion).map((outpost) => outpost.region);
  if (place === 'witness' && !outposts.includes(region)) {
    return `serverless.witness.yml has nothing to do in ${region}; the plans need it in ${outposts.join(', ')}: give one with --region`;
  }
  const clash = clashOf(plans);
  if (clash !== undefined) return `${installationFile}: plans: ${clash}`;
  const here = plans.filter(({ regions }) => regions.recovery === recoveryRegion);
  const tooLong = place === 'recovery' ? tooLongRole(namesOf(here)) : undefined;
  if (tooLong !== undefined) {
    return `${installationFile}: plans: ${tooLong.id} would have ${tooLong.says} that IAM allows a role, since it names each setting and record of the plans; install some of them in another account`;
  }
  const [example] = notify.filter((address) => exampleDomain.test(address));
  if (isDeployed && example !== undefined) {
    return `${installationFile}: notify: nobody reads mail at ${example}; put in who is to be told`;
  }
  return undefined;
}

/** Nobody can have mail there (RFC 2606): it stands in the repository so that it can be packaged as it is. */
const exampleDomain = /@([^@]*\.)?example\.(com|net|org)$/i;
