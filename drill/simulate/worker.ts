/**
 * The thread that simulates. Listening on sockets and looking at the time are another thread's work: the virtual clock of
 * this one would take an open connection for work under way, and stand still.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { NotSimulated } from '../../simulator/errors.ts';
import { answerPlain } from '../../simulator/http/answer.ts';
import type { PlainResponse } from '../../simulator/http/listener.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { clientsFrom } from '../../simulator/world/clients.ts';
import { openInstallation } from '../installation.ts';
import { isolateFromMachine } from '../isolation.ts';
import { rememberProbes } from '../past.ts';
import { faultNamed } from '../rehearse.ts';
import type { Notice, Question, Reply, ServedWorld } from './messages.ts';
import { callerOf, people } from './people.ts';

const port = parentPort;
if (!port) throw new TypeError('this file is the body of a worker thread');

isolateFromMachine(process.env);
const served = workerData as ServedWorld;
const said = new Set<unknown>();
const account = openInstallation(served, {
  world: served.world,
  seed: served.seed,
  onDefect,
});
const { sim } = account;
for (const person of people) sim.addCaller(callerOf(person, served.world.account));
rememberProbes(sim, served.plans);
if (served.isAwake) account.startSchedules();

/** One thing at a time moves the clock: two that did would each see the other's time pass. */
let moving: Promise<unknown> = Promise.resolve();

function move<T>(work: () => Promise<T>): Promise<T> {
  const moved = moving.then(work);
  moving = moved.catch(() => undefined);
  return moved;
}

port.on('message', (question: Question) => {
  answerTo(question).then(
    (reply) => port.postMessage({ ...reply, id: question.id, nowMs: sim.clock.nowMs() } satisfies Reply),
    (error: unknown) => {
      const refusal = error instanceof Error ? error.message : String(error);
      port.postMessage({ id: question.id, nowMs: sim.clock.nowMs(), refusal } satisfies Reply);
    },
  );
});

async function answerTo(question: Question): Promise<Pick<Reply, 'response'>> {
  switch (question.kind) {
    case 'call': {
      const response = answerPlain(sim, question.request);
      return { response: await (served.isPaced ? response : move(() => sim.clock.drive(response))) };
    }
    case 'advance':
      await move(() => sim.clock.driveUntil(Math.max(question.toMs, sim.clock.nowMs())));
      return {};
    case 'fault':
      faultNamed(question.name).apply(sim, served.world);
      return {};
    case 'get':
      return { response: await move(() => sim.clock.drive(ask(sim, question.url, question.region))) };
  }
}

/** What a client in a Region of the world is told; 502 where nothing answers. */
async function ask(sim: Simulator, url: string, region: string): Promise<PlainResponse> {
  const { http } = clientsFrom(sim, region, 'simulate');
  const answer = await http.get(url, { timeoutSeconds: 10 });
  const text = 'failed' in answer ? answer.failed : answer.body;
  return {
    statusCode: 'failed' in answer ? 502 : answer.status,
    headers: { 'content-type': 'text/plain' },
    body: Buffer.from(text),
  };
}

/** A gap is known by its sentence, a defect by where it happened; each is said once, though several may have met it. */
function onDefect(defect: unknown): void {
  if (said.has(defect)) return;
  said.add(defect);
  const error = defect instanceof Error ? defect : new Error(String(defect));
  say({
    kind: 'defect',
    says: error instanceof NotSimulated ? error.message : (error.stack ?? error.message),
  });
}

function say(notice: Notice): void {
  port?.postMessage(notice);
}

say({ kind: 'ready', nowMs: sim.clock.nowMs(), machineArns: account.machineArns });
