import { type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { type ActiveRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { ObservedVolume } from '../../recovery/observed.ts';
import { type Asked, again, askedOf } from '../../recovery/remount/place.ts';
import { type RemountRecord, remountSeconds } from '../../recovery/remount/record.ts';
import { parseEvent } from '../../recovery/signals/parse.ts';
import { clampWait, nothing, type Problem, type Standing } from '../../recovery/step.ts';
import { volumeTag } from '../../recovery/steps/volumes.ts';
import { type Instant, secondsBetween } from '../../recovery/terms.ts';
import type { Invocation } from '../deps.ts';
import { openEc2 } from '../ec2.ts';
import { gatherEach } from '../gather.ts';
import type { LedgerEntry } from '../ledger.ts';
import { OwnRecord } from '../own-record.ts';
import { openResponse, type ResponseContext } from '../response/context.ts';
import { tell } from '../tell.ts';
import { releaseLock, takeLock } from './lock.ts';
import { type Putting, putOnServer } from './put.ts';
import type { RemountInput, Scene } from './scene.ts';

export { remountInput } from './scene.ts';

/** What the machine does next: wait and call again, or end. */
export interface Remounting {
  readonly status: 'working' | 'done' | 'held' | 'failed' | 'skipped';
  readonly waitSeconds: number;
  readonly reason: string;
  readonly code?: string;
}

/** EC2's describes lag behind its events by seconds (EC2 Developer Guide, eventual consistency). */
const unseenSeconds = 60;
/** How long an answer that no rule knows is looked at again before it holds. */
const oddSeconds = 60;

/**
 * Puts a volume that has become available where its tags say: on its server, at the device and the path of its item. A
 * reconciler, as every step: it looks, does what is missing, and says when to look again.
 */
export async function remount(input: RemountInput, invocation: Invocation): Promise<Remounting> {
  const remounting = await look(input, invocation);
  const { status, reason } = remounting;
  invocation.deps.log('info', `remount ${status}: ${reason}`, { execution: input.execution });
  return remounting;
}

async function look(input: RemountInput, invocation: Invocation): Promise<Remounting> {
  const id = input.input.volume ?? input.input.unheard ?? volumeOf(input.input.event);
  if (id === undefined) return skipped('the event tells of no volume that has become available');
  const context = openResponse(invocation, input);
  const crowded = await notYet(input, context);
  if (crowded) return crowded;
  const ec2 = openEc2(context.access);
  const found = await ec2.volumesById([id]);
  if (!found.ok) return afterRefusal(input, context, found);
  const [volume] = found.value;
  if (!volume || volume.state === 'deleting' || volume.state === 'deleted') {
    const isLate = !volume && secondsBetween(input.startedAt, context.now()) < unseenSeconds;
    return isLate ? waiting(5, `${id} to be seen`) : skipped(`${id} is gone`);
  }
  const asked = askedOf(volume, context.deps.plans);
  const scene: Scene = { input, context, ec2, volume };
  switch (asked.kind) {
    case 'nothing':
      return skipped(asked.why);
    case 'unknownPlan':
      // The ledger keeps records of plans; for a name that is none there is only the word to a person.
      await tellHeld(scene, asked.plan, asked.item, asked.problem);
      return ended(asked.problem);
    default:
      return asInPlan(scene, asked);
  }
}

/**
 * A recovery of a hundred volumes causes a hundred events, whose looks would use up the account's requests to EC2 while the
 * recovery needs them. They wait until it is over, and only the last part of their time is spent on looking regardless.
 */
async function notYet(input: RemountInput, context: ResponseContext): Promise<Remounting | undefined> {
  const isByHand = input.input.volume !== undefined;
  const seconds = secondsBetween(input.startedAt, context.now());
  if (isByHand || seconds > remountSeconds / 2) return undefined;
  const plans = [...context.deps.plans.keys()];
  const read = await gatherEach(
    plans.map((plan) => [plan, context.ledger.read(ledgerKeys.active(plan))] as const),
  );
  if (!read.ok) return afterRefusal(input, context, read);
  const active = Object.values(read.value).map((entry) => entry?.value as ActiveRecord | undefined);
  const [first] = active.filter((record) => record !== undefined && !record.releasedAt);
  if (!first) return undefined;
  return waiting(Math.max(60, seconds * 0.2), `the ${first.kind} ${first.recovery} to be over`);
}

/** The volume that an event of EBS or AWS Backup says is there to be used. */
function volumeOf(event: unknown): string | undefined {
  const parsed = parseEvent(event);
  if (parsed.kind === 'volume') return parsed.result === 'available' ? parsed.volume : undefined;
  if (parsed.kind !== 'restore' || parsed.status !== 'COMPLETED' || parsed.testingPlanArn) return undefined;
  return /:volume\/(vol-[0-9a-f]+)$/.exec(parsed.createdArn ?? '')?.[1];
}

type InPlan = Extract<Asked, { readonly kind: 'problem' | 'volume' }>;

/** Takes the turn of the plan, does the work, writes down how it stands, and gives the turn back once it is over. */
async function asInPlan(scene: Scene, asked: InPlan): Promise<Remounting> {
  const { context, volume, input } = scene;
  const { plan } = asked;
  const kept = asked.kind === 'volume' ? await keptBack(scene, asked) : undefined;
  if (kept) return kept;
  const turn = await takeLock(scene, plan);
  if (!turn.ok) return afterRefusal(input, context, turn);
  if (turn.value.kind === 'same') return skipped(`another execution is at ${volume.id}`);
  if (turn.value.kind === 'other') return patiently(scene, asked, turn.value.why);
  const key = ledgerKeys.remount(plan.plan, volume.id);
  const stored = await context.ledger.read(key);
  if (!stored.ok) return afterRefusal(input, context, stored);
  const before = stored.value?.value as RemountRecord | undefined;
  if (before?.status === 'done' && before.told === 'done' && input.input.volume === undefined) {
    await releaseLock(scene, plan);
    return skipped(`${volume.id} was put on its server before`);
  }
  const putting = await work(scene, asked, before);
  const remounting = await writeDown(scene, asked, { key, entry: stored.value, before }, putting);
  if (remounting.status !== 'working') await releaseLock(scene, plan);
  return remounting;
}

/** Nothing is moved under a recovery: it attaches its own volumes, and its drill compares what it leaves alone. */
async function keptBack(scene: Scene, asked: InPlan): Promise<Remounting | undefined> {
  const { context, input } = scene;
  const read = await context.ledger.read(ledgerKeys.active(asked.plan.plan));
  if (!read.ok) return afterRefusal(input, context, read);
  const active = read.value?.value as ActiveRecord | undefined;
  if (!active || active.releasedAt) return undefined;
  return patiently(
    scene,
    asked,
    `the ${active.kind} ${active.recovery}, active since ${active.at}, to be over`,
  );
}

/** Waits for something that is not in our hands, and tells of it when it has taken too long. */
async function patiently(scene: Scene, { plan, item }: InPlan, why: string): Promise<Remounting> {
  const { context, volume, input } = scene;
  const seconds = secondsBetween(input.startedAt, context.now());
  if (seconds < remountSeconds) return waiting(Math.max(15, seconds * 0.1), why);
  const problem = tooLong(volume, why);
  await tellHeld(scene, plan.plan, nameOf(item), problem);
  return ended(problem);
}

async function work(scene: Scene, asked: InPlan, before: RemountRecord | undefined): Promise<Putting> {
  const { context, volume, input } = scene;
  const commands = before?.status === 'working' ? before.commands : {};
  if (asked.kind === 'problem') return { standing: { ...asked.problem, counts: nothing }, commands };
  const { standing, ...putting } = await putOnServer(scene, asked, commands);
  const seconds = secondsBetween(input.startedAt, context.now());
  if (standing.status === 'held' && standing.mayPass && seconds < oddSeconds)
    return { ...putting, standing: workingFor(standing.reason) };
  if (standing.status === 'held' || standing.status === 'failed')
    return { ...putting, standing: inOwnWords(standing, volume) };
  if (standing.status !== 'working' || seconds < remountSeconds) return { ...putting, standing };
  return { ...putting, standing: { ...tooLong(volume, standing.waitingFor), counts: nothing } };
}

/** What the steps of a recovery hold on is continued; here the machine is started again. */
function inOwnWords<Held extends Pick<Problem, 'unblock'>>(standing: Held, volume: ObservedVolume): Held {
  return { ...standing, unblock: standing.unblock.replace(/, then continue$/, `; ${again(volume)}`) };
}

function workingFor(waitingFor: string): Standing {
  return { status: 'working', waitSeconds: 5, waitingFor, counts: nothing };
}

function tooLong(volume: ObservedVolume, why: string): Problem {
  const reason = `${volume.id} was not put on its server within ${remountSeconds / 60} min: it waited for ${why}`;
  return {
    status: 'held',
    code: 'BoundReached',
    reason,
    unblock: `remove what it waits for; ${again(volume)}`,
  };
}

interface Stored {
  readonly key: string;
  readonly entry: LedgerEntry | undefined;
  readonly before: RemountRecord | undefined;
}

/** Records first, tells then, and records that it was told: whoever breaks off in between tells twice rather than never. */
async function writeDown(
  scene: Scene,
  asked: InPlan,
  { key, entry, before }: Stored,
  { standing, commands, instance }: Putting,
): Promise<Remounting> {
  const { context, volume, input } = scene;
  const { ledger, deps } = context;
  const nonce = () => deps.entropy.hex('remount', `${volume.id} ${input.execution}`, 16);
  const own = new OwnRecord(ledger, key, entry, nonce);
  const at = context.now();
  const told = before?.told;
  const record = {
    ...recordOf(volume, nameOf(asked.item), standing, at),
    firstAt: before?.firstAt ?? at,
    commands,
    ...(instance && { instance }),
    ...(told !== undefined && { told }),
  };
  const unwritten = await own.save(record);
  if (unwritten) return afterRefusal(input, context, unwritten);
  const news = standing.status === 'done' ? 'done' : 'code' in standing ? standing.code : undefined;
  // A person who asked hears the answer, whatever was told before.
  const isByHand = input.input.volume !== undefined;
  if (news !== undefined && (news !== told || isByHand)) {
    if (standing.status === 'done' && asked.kind === 'volume' && instance) {
      const { item, plan } = asked;
      const { device } = item.attach;
      const path = item.mount?.path ?? null;
      const reason = `${volume.id} is attached to ${instance} as ${device}${path ? ` and mounted at ${path}` : ''}: ${volumeTag(item)} of the plan ${plan.plan}`;
      const detail = { plan: plan.plan, volume: volume.id, item: volumeTag(item), instance, device, path };
      await tell(context, 'Volume Remounted', { ...detail, reason });
    } else if ('code' in standing) {
      await tellHeld(scene, asked.plan.plan, nameOf(asked.item), standing);
    }
    const unmarked = await own.save({ ...record, told: news });
    if (unmarked) deps.log('error', sayRefusal(unmarked), { volume: volume.id });
  }
  return outputOf(standing);
}

function recordOf(volume: ObservedVolume, item: string, standing: Standing, at: Instant) {
  const status = standing.status === 'skipped' ? 'done' : standing.status;
  return {
    volume: volume.id,
    item,
    status,
    lastAt: at,
    ...(standing.status === 'working' && { waitingFor: standing.waitingFor }),
    ...('code' in standing && {
      code: standing.code,
      reason: standing.reason,
      unblock: standing.unblock,
    }),
  };
}

async function tellHeld(scene: Scene, plan: string, item: string, problem: Problem): Promise<void> {
  const { code, reason, unblock } = problem;
  await tell(scene.context, 'Remount Held', { plan, volume: scene.volume.id, item, code, reason, unblock });
}

function nameOf(item: InPlan['item']): string {
  return typeof item === 'string' ? item : volumeTag(item);
}

/** A ledger or an EC2 that cannot be asked is asked again: it is not this volume's problem that ends here. */
function afterRefusal(input: RemountInput, context: ResponseContext, refusal: Refusal): Remounting {
  const why = sayRefusal(refusal);
  if (refusal.code === 'Overtaken') return waiting(1, why);
  if (secondsBetween(input.startedAt, context.now()) < remountSeconds) return waiting(15, why);
  throw new RemountBroke(why);
}

/** Nothing could be read or written for half an hour: the alarm on the function's errors tells people. */
class RemountBroke extends Error {
  override readonly name = 'RemountBroke';
}

function outputOf(standing: Standing): Remounting {
  switch (standing.status) {
    case 'working':
      return waiting(standing.waitSeconds, standing.waitingFor);
    case 'done':
      return { status: 'done', waitSeconds: 0, reason: '' };
    case 'skipped':
      return skipped(standing.reason);
    default:
      return ended(standing);
  }
}

function waiting(seconds: number, reason: string): Remounting {
  return { status: 'working', waitSeconds: clampWait(seconds), reason: reason.slice(0, 500) };
}

function skipped(reason: string): Remounting {
  return { status: 'skipped', waitSeconds: 0, reason };
}

function ended({ status, code, reason }: Pick<Problem, 'status' | 'code' | 'reason'>): Remounting {
  return { status, waitSeconds: 0, code, reason: reason.slice(0, 500) };
}
