import { basename } from 'node:path';
import { createColors } from 'picocolors';
import { findInstallation } from '../aws/operator/installation.ts';
import type { NotNow } from '../aws/operator/orders.ts';
import { readSight } from '../aws/readiness/sight.ts';
import { checkWorld } from '../drill/check.ts';
import { type Refusal, sayRefusal } from '../recovery/answer.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import { type CheckedPlan, checkTogether } from '../recovery/plan/together.ts';
import { bad, type ReadinessFinding, type ReadinessStatus } from '../recovery/readiness/finding.ts';
import { readinessOf } from '../recovery/readiness/readiness.ts';
import { type CheckedPlanPrinted, exitCodeOfCheck } from '../report/check.ts';
import { loadWorld, readPlanTexts } from './files.ts';
import { type Reaching, withCredentials } from './operator-command.ts';
import type { Streams } from './streams.ts';
import { UsageError } from './usage-error.ts';

/** What `lifeboat check` was asked for. */
export interface CheckOptions {
  readonly plans: readonly string[];
  readonly world?: string;
  readonly aws?: boolean;
  readonly endpoint?: string;
  readonly stage: string;
  readonly json?: boolean;
}

/** How long one plan is looked at in a real account. */
const patienceMs = 120_000;

/** Looks for mistakes in plans, then for what is not ready. Returns the exit code. */
export async function checkCommand(
  options: CheckOptions,
  streams: Streams,
  reach: Reaching,
): Promise<number> {
  const isReal = options.aws === true || options.endpoint !== undefined;
  if (isReal && options.world !== undefined)
    throw new UsageError('--world is a simulated account, and --aws the real one: give one of them');
  const { files, asked } = await readPlanTexts(options.plans);
  const checked = checkTogether(files).filter(({ file }) => asked.includes(file));
  const plans: CheckedPlanPrinted[] = [];
  for (const one of checked) {
    const findings = one.plan ? await look(one.plan, options, isReal ? reach : undefined) : [];
    plans.push({
      plan: one.plan?.plan ?? basename(one.file, '.yaml'),
      errors: one.errors.map((error) => ({ ...error })),
      readiness: findings.map(({ name, status, detail }) => ({ name, status, detail })),
    });
  }
  const printed = { plans };
  streams.stdout.write(
    options.json ? `${JSON.stringify(printed)}\n` : inWords(plans, checked, streams.stdout.isTTY === true),
  );
  return exitCodeOfCheck(printed);
}

function look(
  plan: Plan,
  options: CheckOptions,
  reach: Reaching | undefined,
): Promise<readonly ReadinessFinding[]> {
  return reach ? lookAtAccount(plan, reach, options) : lookAtWorld(plan, options.world);
}

async function lookAtAccount(
  plan: Plan,
  reach: Reaching,
  { endpoint, stage }: CheckOptions,
): Promise<readonly ReadinessFinding[]> {
  const { clock, transport } = reach(endpoint);
  const access = { region: plan.regions.recovery, clock, transport, stopAtMs: clock.nowMs() + patienceMs };
  const now = new Date(clock.nowMs()).toISOString();
  const installation = await withCredentials(findInstallation(access, stage));
  const topics = installation.ok && installation.value.topicArn ? [installation.value.topicArn] : [];
  const findings = readinessOf(plan, await readSight(access, plan, now, { documents: [], topics }));
  return installation.ok ? findings : [notInstalled(installation), ...findings];
}

function notInstalled(answer: Refusal | NotNow): ReadinessFinding {
  return answer.kind === 'notNow'
    ? bad('installation', answer.reason, answer.unblock)
    : { name: 'installation', status: 'unknown', detail: `${sayRefusal(answer)}; look again` };
}

/** A plan without a world of its own is still checked for mistakes; what is ready for it cannot be said. */
async function lookAtWorld(plan: Plan, file: string | undefined): Promise<readonly ReadinessFinding[]> {
  const world = await loadWorld(file, plan).catch((error: unknown) => {
    if (file !== undefined || !(error instanceof UsageError)) throw error;
    return error.message;
  });
  if (typeof world === 'string') {
    const detail = `${world}; describe the account in worlds/${plan.plan}.yaml, or look at the real one with --aws`;
    return [{ name: 'account', status: 'unknown', detail }];
  }
  const missing = [plan.regions.primary, plan.regions.recovery].find(
    (name) => !Object.hasOwn(world.regions, name),
  );
  if (missing !== undefined) {
    const detail = `the world ${world.world} has no ${missing}; give --world a file that has it, or --aws`;
    return [{ name: 'account', status: 'unknown', detail }];
  }
  return checkWorld(plan, world);
}

const marks: Readonly<Record<ReadinessStatus, string>> = { ok: '✔', warning: '▲', unknown: '?', bad: '✖' };

function inWords(
  plans: readonly CheckedPlanPrinted[],
  checked: readonly CheckedPlan[],
  isColoured: boolean,
): string {
  const colours = createColors(isColoured);
  const paint = { ok: colours.green, warning: colours.yellow, unknown: colours.magenta, bad: colours.red };
  return plans
    .map(({ plan, errors, readiness }, place) => {
      const width = Math.max(0, ...readiness.map(({ name }) => name.length));
      const lines = [
        ...errors.map(
          ({ file, line, path, message, fix }) =>
            `${colours.red('✖')} ${file}:${line}: ${path ? `${path}: ` : ''}${message}\n      fix: ${fix}`,
        ),
        ...readiness.map(
          ({ name, status, detail }) => `${paint[status](marks[status])} ${name.padEnd(width)}  ${detail}`,
        ),
      ];
      const heading = `${colours.bold(plan)} (${checked[place]?.file}): ${sayCounts(errors.length, readiness)}`;
      return `${heading}\n${lines.map((line) => `  ${line}\n`).join('')}`;
    })
    .join('\n');
}

function sayCounts(mistakes: number, readiness: readonly { readonly status: ReadinessStatus }[]): string {
  const count = (status: ReadinessStatus) => readiness.filter((one) => one.status === status).length;
  const parts = [
    ...(mistakes > 0 ? [`${mistakes} ${mistakes === 1 ? 'mistake' : 'mistakes'}`] : []),
    ...(['bad', 'unknown', 'warning', 'ok'] as const).flatMap((status) =>
      count(status) > 0 ? [`${count(status)} ${status}`] : [],
    ),
  ];
  return parts.join(', ');
}
