/** What the fence makes of each sight of the primary Region: what is to be called, and what is said of each resource. */
import test from 'node:test';
import type { Answer, Refusal } from '../../recovery/answer.ts';
import type { ObservedInstance } from '../../recovery/observed.ts';
import {
  type FenceableDatabase,
  type FenceMember,
  type FenceSight,
  fenceAfter,
  fenceNeed,
} from '../../recovery/steps/fence.ts';
import { runCases } from '../cases.ts';
import { shopPlan } from './plans.ts';

/** Each is written in a line: what it is, then its parts. */
interface Given {
  /** `web Launch Terminate`: an Auto Scaling group and the processes that are suspended. */
  readonly scaling?: readonly string[];
  /** `i-1 running web`: an instance, its state and its group. */
  readonly instances?: readonly string[];
  /** `shop-orders sg-orders:active`: a database and its security groups. */
  readonly databases?: readonly string[];
  /** Members of a database that a line has no place for. */
  readonly database?: Partial<FenceableDatabase>;
  /** `sg-fence vpc-1 open`: a security group that is tagged as a fence. */
  readonly groups?: readonly string[];
  /** What could not be looked at. */
  readonly refused?: readonly (keyof FenceSight)[];
  /** `i-1 fenced 00:04:00`: how the fence held something at the try before, and since when it was asked to. */
  readonly before?: Readonly<Partial<Record<'groups' | 'instances' | 'databases', readonly string[]>>>;
  readonly letsGo?: true;
  /** The plan's fence names no instances. */
  readonly withoutInstances?: true;
  /** By id: what was answered to the call for it, `refused`, or the state that EC2 gives back of an instance. */
  readonly answers?: Readonly<Record<string, string>>;
}

const plan = shopPlan();
const { fence } = plan;
const now = '2026-11-02T00:05:00.000Z';
const refusal: Refusal = {
  ok: false,
  kind: 'denied',
  code: 'AccessDenied',
  message: 'not authorised',
  asked: 'aws:Look',
};

function instance(line: string): ObservedInstance {
  const [id = '', state, group] = line.split(' ');
  const none = { imageId: '', type: '', zone: '', subnet: '', launchedAt: now, securityGroups: [] };
  const tags: Record<string, string> = group === undefined ? {} : { 'aws:autoscaling:groupName': group };
  return { ...none, id, state: state as ObservedInstance['state'], tags };
}

function database(line: string, parts: Partial<FenceableDatabase> = {}): FenceableDatabase {
  const [id = '', ...all] = line.split(' ');
  const securityGroups = all.map((one) => {
    const [group = '', status = ''] = one.split(':');
    return { id: group, status };
  });
  return { id, vpc: 'vpc-1', tags: { 'lifeboat:plan': 'shop' }, securityGroups, ...parts };
}

function member(line: string): FenceMember {
  const [id = '', state, askedAt] = line.split(' ');
  return {
    id,
    state: state as FenceMember['state'],
    says: 'as it was',
    ...(askedAt && { askedAt: `2026-11-02T${askedAt}.000Z` }),
  };
}

function sightOf(given: Given): FenceSight {
  const seen = <T>(part: keyof FenceSight, value: readonly T[]): Answer<readonly T[]> =>
    given.refused?.includes(part) ? { ...refusal, asked: `aws:Look at ${part}` } : { ok: true, value };
  const lines = (all: readonly string[] = []) => all.map((line) => line.split(' '));
  return {
    scaling: seen(
      'scaling',
      lines(given.scaling).map(([name = '', ...suspended]) => ({ name, suspended })),
    ),
    instances: seen('instances', (given.instances ?? ['i-1 stopped']).map(instance)),
    databases: seen(
      'databases',
      (given.databases ?? ['shop-orders sg-fence:active']).map((line) => database(line, given.database)),
    ),
    groups: seen(
      'groups',
      lines(given.groups ?? ['sg-fence vpc-1']).map(([id = '', vpc = '', open]) => ({
        id,
        vpc,
        isOpen: open === 'open',
      })),
    ),
  };
}

runCases<Given>(new URL('cases/fence.json', import.meta.url), (given) => {
  if (!fence) throw new Error('the shop has a fence');
  const { instances: _, ...withoutInstances } = fence;
  const members = (part: 'groups' | 'instances' | 'databases') => (given.before?.[part] ?? []).map(member);
  const memory = given.before && {
    state: 'unconfirmed' as const,
    groups: members('groups'),
    instances: members('instances'),
    databases: members('databases'),
    isSeen: true,
    why: 'as it was',
  };
  const before = { memory, letsGo: given.letsGo ?? false };
  const need = fenceNeed(
    plan,
    given.withoutInstances ? withoutInstances : fence,
    sightOf(given),
    before,
    now,
  );
  const answered = Object.fromEntries(
    Object.entries(given.answers ?? {}).map(([id, value]) => [
      id,
      value === 'refused' ? { ...refusal, asked: `aws:Change ${id}` } : { ok: true as const, value },
    ]),
  );
  const after = fenceAfter(need, { suspended: answered, stopped: answered, replaced: answered }, now);
  const { suspend, stop, replace } = need;
  return { suspend, stop, replace, ...after };
});

test('the table is of the shop, whose fence names instances by tags and one database', () => {
  if (!fence?.instances || fence.databases.join() !== 'shop-orders') throw new Error('another fence');
});
