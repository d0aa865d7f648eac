import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { parsePlan } from '../recovery/plan/parse.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import type { PlanText } from '../recovery/plan/together.ts';
import { describeWorldError, parseWorld } from '../simulator/world/parse.ts';
import type { World } from '../simulator/world/schema.ts';
import { InvalidInstallation, readInstallation } from '../stack/installation.ts';
import { UsageError } from './usage-error.ts';

const root = join(import.meta.dirname, '..');

/** A plan by its name in the folder of plans or by its file. @throws UsageError with every mistake of the file */
export async function loadPlan(nameOrFile: string): Promise<Plan> {
  const file = await find(nameOrFile, 'plans', 'plan');
  const parsed = parsePlan(await readFile(file, 'utf8'), shown(file));
  if ('plan' in parsed) return parsed.plan;
  const lines = parsed.errors.map(
    ({ file: name, line, path, message, fix }) =>
      `${name}:${line}: ${path ? `${path}: ` : ''}${message}\n    fix: ${fix}`,
  );
  const count = parsed.errors.length;
  throw new UsageError(
    `${lines.join('\n')}\n${count} ${count === 1 ? 'mistake' : 'mistakes'} in the plan; nothing was run`,
  );
}

/** A world by its file, or the one that has the plan's name. @throws UsageError with every mistake of the file */
export async function loadWorld(file: string | undefined, plan: Plan): Promise<World> {
  const path = file ? await find(file, 'worlds', 'world') : await find(plan.plan, 'worlds', 'world');
  const parsed = parseWorld(await readFile(path, 'utf8'), shown(path));
  if ('world' in parsed) return parsed.world;
  throw new UsageError(
    `${parsed.errors.map(describeWorldError).join('\n')}\nmistakes in the world; nothing was run`,
  );
}

/**
 * The plan files that are checked together, and those of them that were asked for. Names of installed plans are checked with
 * all of their folder, since a recovery is installed with them; files from elsewhere with each other.
 * @throws UsageError for a name or file that is not there
 */
export async function readPlanTexts(
  asked: readonly string[],
): Promise<{ readonly files: readonly PlanText[]; readonly asked: readonly string[] }> {
  const named = await Promise.all(asked.map((one) => find(one, 'plans', 'plan')));
  const folder = join(root, folderOf('plans'));
  const installed = (await planNames()).map((name) => join(folder, `${name}.yaml`));
  const isOfFolder = named.every((file) => installed.includes(resolve(file)));
  const files = isOfFolder ? installed : [...new Set(named)];
  const texts = await Promise.all(
    files.map(async (file) => ({ file: shown(file), text: await readFile(file, 'utf8') })),
  );
  return { files: texts, asked: (named.length > 0 ? named : files).map((file) => shown(resolve(file))) };
}

/** The names of the installed plans. */
export function planNames(): Promise<readonly string[]> {
  return namesIn('plans');
}

/** Where plans are is a setting of the installation. @throws UsageError */
function folderOf(kind: 'plans' | 'worlds'): string {
  if (kind === 'worlds') return kind;
  try {
    return readInstallation().plans;
  } catch (error) {
    if (error instanceof InvalidInstallation) throw new UsageError(error.message);
    throw error;
  }
}

async function namesIn(kind: 'plans' | 'worlds'): Promise<readonly string[]> {
  const files = await readdir(join(root, folderOf(kind)));
  return files
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort();
}

async function find(nameOrFile: string, kind: 'plans' | 'worlds', what: string): Promise<string> {
  const isName = /^[a-z][a-z0-9-]*$/.test(nameOrFile);
  const file = isName ? join(root, folderOf(kind), `${nameOrFile}.yaml`) : nameOrFile;
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return file;
  if (found) throw new UsageError(`there is no ${what} ${nameOrFile}: it is a directory`);
  const known = await namesIn(kind);
  throw new UsageError(
    `there is no ${what} ${nameOrFile}: ${isName ? `${folderOf(kind)}/ has ${known.join(', ')}` : 'no such file'}`,
  );
}

/** A path as a person at the root of the checkout would write it. */
function shown(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}
