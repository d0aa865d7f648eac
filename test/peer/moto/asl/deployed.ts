import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject } from '../../../../simulator/json.ts';
import type { Answer, Functions, Machine } from './corpus.ts';

/** One of our own machines: its definition, with functions of the corpus in the place of the deployed ones. */
interface Deployed {
  readonly definition: JsonObject;
  /** Its tasks by name, each a function of that name. */
  readonly tasks: ReadonlyMap<string, JsonObject>;
}

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
}

const done: Answer = { returns: { status: 'done' } };
const working: Answer = { returns: { status: 'working', waitSeconds: 30 } };
const thrown: Answer = { throws: 'TypeError' };
const recoveryInput = { plan: 'shop', recovery: 'shop-served', run: 1, more: 'is left out' };

/** Every machine that is deployed, with functions that answer from scripts: what each test of a machine tells apart. */
export function deployedMachines(): readonly Machine[] {
  return [...recoveries('drill'), ...recoveries('failover'), ...remounts(), ...responses()];
}

function recoveries(kind: 'failover' | 'drill'): readonly Machine[] {
  const { definition, tasks } = read('recovery.asl.json', (text) => text.replaceAll('${Kind}', kind));
  const names = [...tasks.keys()].filter((name) => kind === 'drill' || !/^(CleanUp|Sweep)$/.test(name));
  const machine = (what: string, functions: Functions, changed = definition) => ({
    name: `${kind}: ${what}`,
    definition: changed,
    functions,
    input: recoveryInput,
  });
  const every = (answers: (name: string) => readonly Answer[]): Functions =>
    Object.fromEntries(names.map((name) => [name, answers(name)]));
  const smooth = every(() => [done]);
  const ended = (status: string): Functions => ({ Conclude: [{ returns: { status } }] });
  const common = [
    machine('every step is done at once', smooth),
    machine(
      'every step works twice and is done',
      every(() => [working, working, done]),
    ),
    machine('every step is skipped', {
      ...every(() => [{ returns: { status: 'skipped' } }]),
      ...ended('done'),
    }),
  ];
  if (kind === 'failover') {
    const stopped = names.flatMap((name) => [
      machine(`${name} is held`, { ...smooth, ...ended('held'), [name]: [{ returns: { status: 'held' } }] }),
      machine(`${name} breaks whenever it is called`, { ...smooth, ...ended('failed'), [name]: [thrown] }),
    ]);
    return [...common, ...stopped];
  }
  const slow = /^(Open|Databases|Verify|CleanUp|Conclude)$/;
  return [
    // The slowest is begun first.
    machine(
      'steps are slower than their time-out once',
      every((name) => (slow.test(name) ? [{ afterSeconds: 6 }, done] : [done])),
      hurried(definition, slow),
    ),
    ...common,
    ...errorsOf(tasks).map((errors) =>
      machine(
        `every step breaks once with ${errors.join(', ')}`,
        every(() => brokenBy(errors, done)),
      ),
    ),
    ...names.map((name) =>
      machine(`${name} fails`, {
        ...smooth,
        ...ended('failed'),
        [name]: [{ returns: { status: 'failed' } }],
      }),
    ),
  ];
}

function remounts(): readonly Machine[] {
  const { definition, tasks } = read('remount.asl.json');
  const scripts: Readonly<Record<string, readonly Answer[]>> = {
    'it is over at once': [{ returns: { status: 'mounted' } }],
    'it works twice': [working, working, { returns: { status: 'nothing' } }],
    'it breaks whenever it is called': [thrown],
    'it works and then breaks': [working, thrown],
    ...Object.fromEntries(
      errorsOf(tasks).map((errors) => [
        `it breaks once with ${errors.join(', ')}`,
        brokenBy(errors, working, done),
      ]),
    ),
  };
  return Object.entries(scripts).map(([what, answers]) => ({
    name: `remount: ${what}`,
    definition,
    functions: { Remount: answers },
    input: { volumeId: 'vol-1' },
  }));
}

/** What starts a recovery is a function here: moto's own integration for that does not work, as the corpus tells. */
function responses(): readonly Machine[] {
  const { definition, tasks } = read('response.asl.json', (text) =>
    text
      .replace('arn:aws:states:::states:startExecution', 'fn:Start')
      .replace('${FailoverMachineArn}', 'failover'),
  );
  const recover: Answer = { returns: { decision: 'recover', plan: 'shop', recovery: 'shop-served' } };
  const plans = (...given: readonly Json[]): Answer => ({ returns: { plans: given } });
  const smooth: Functions = {
    Receive: [plans('shop')],
    Assess: [recover],
    Start: [{ returns: { ExecutionArn: 'arn' } }],
  };
  const scripts: Readonly<Record<string, Functions>> = {
    'a plan is recovered': smooth,
    'three plans are recovered': { ...smooth, Receive: [plans('shop', 'desk', 'mail')] },
    'there is no plan': { ...smooth, Receive: [plans()] },
    'nothing is decided': { ...smooth, Assess: [{ returns: { decision: 'none' } }] },
    'what woke it cannot be taken in': { ...smooth, Receive: [thrown] },
    'a plan cannot be assessed': { ...smooth, Assess: [thrown] },
    'a recovery cannot be started': { ...smooth, Start: [thrown] },
    'a recovery was started before': {
      ...smooth,
      Start: [{ throws: 'StepFunctions.ExecutionAlreadyExistsException' }],
    },
    ...Object.fromEntries(
      [...tasks].flatMap(([name, task]) =>
        errorsOf(new Map([[name, task]])).map((errors) => [
          `${name} breaks once with ${errors.join(', ')}`,
          { ...smooth, [name]: brokenBy(errors, ...smooth[name]!) },
        ]),
      ),
    ),
  };
  return Object.entries(scripts).map(([what, functions]) => ({
    name: `response: ${what}`,
    definition,
    functions,
    input: { source: 'lifeboat' },
  }));
}

function read(file: string, change: (text: string) => string = (text) => text): Deployed {
  const text = readFileSync(join(import.meta.dirname, '../../../../statemachines', file), 'utf8');
  const definition = JSON.parse(change(text).replaceAll(/\$\{(\w+)FunctionArn\}/g, 'fn:$1')) as JsonObject;
  return { definition, tasks: new Map(tasksOf(definition)) };
}

function tasksOf(flow: JsonObject): readonly (readonly [string, JsonObject])[] {
  return Object.entries(flow.States as Record<string, JsonObject>).flatMap(([name, state]) => {
    const inner = [
      ...((state.Branches as readonly JsonObject[] | undefined) ?? []),
      state.ItemProcessor as JsonObject,
    ];
    const own: readonly (readonly [string, JsonObject])[] = state.Type === 'Task' ? [[name, state]] : [];
    return [...own, ...inner.filter(Boolean).flatMap(tasksOf)];
  });
}

/**
 * The errors that retriers name and that a function can have, in as many at a time as each retrier tries again; one more
 * stands for all that States.TaskFailed means.
 */
function errorsOf(tasks: ReadonlyMap<string, JsonObject>): readonly (readonly string[])[] {
  const retriers = [...tasks.values()].flatMap(({ Retry }) => (Retry ?? []) as unknown as readonly Retrier[]);
  const groups = new Map<string, readonly string[]>();
  for (const { ErrorEquals } of retriers) {
    const same = retriers.filter((other) => String(other.ErrorEquals) === String(ErrorEquals));
    const most = Math.min(...same.map(({ MaxAttempts }) => MaxAttempts));
    const names = ErrorEquals.filter((name) => !name.startsWith('States.'));
    for (let at = 0; at < names.length; at += most) {
      const group = names.slice(at, at + most);
      groups.set(group.join(' and '), group);
    }
  }
  return [...groups.values(), ['TypeError']];
}

function brokenBy(errors: readonly string[], ...then: readonly Answer[]): readonly Answer[] {
  return [...errors.map((error) => ({ throws: error })), ...then];
}

/** Time-outs of the peer take their real time, so these are short. */
function hurried(value: Json, slow: RegExp, name = ''): JsonObject {
  const entries = Object.entries(value as JsonObject).map(([key, member]): [string, Json] => {
    if (key === 'TimeoutSeconds' && slow.test(name)) return [key, 2];
    if (Array.isArray(member))
      return [key, member.map((item) => (isObject(item) ? hurried(item, slow) : item))];
    return [key, isObject(member) ? hurried(member, slow, key) : member];
  });
  return Object.fromEntries(entries);
}
