import assert from 'node:assert/strict';
import test from 'node:test';
import { Threads } from '../../drill/threads.ts';

const body = new URL('./threads-body.ts', import.meta.url);

function open(size: number, jobsMost?: number): Threads<string, string> {
  return new Threads({ body, given: 'done:', size, ...(jobsMost !== undefined && { jobsMost }) });
}

/** What became of each job, without the number of its thread; and how many threads there were. */
async function all(threads: Threads<string, string>, jobs: readonly string[]) {
  const outcomes = await Promise.all(jobs.map((job) => threads.run(job)));
  await threads.close();
  const said = outcomes.map((outcome) => ('answer' in outcome ? outcome.answer : outcome.broke));
  const ids = new Set(said.flatMap((text) => /^done: .* (\d+)$/.exec(text)?.[1] ?? []));
  return { said: said.map((text) => text.replace(/ \d+$|\n[\s\S]*$/, '')), threads: ids.size };
}

test('jobs are done in as many threads as there may be, and each gets its own answer', async () => {
  const jobs = ['a', 'b', 'c', 'd', 'e', 'f'];
  const expected = jobs.map((job) => `done: ${job}`);
  assert.deepEqual(await all(open(1), jobs), { said: expected, threads: 1 });
  const { said, threads } = await all(open(2), jobs);
  assert.deepEqual(said, expected);
  assert.ok(threads <= 2);
});

test('a job that breaks is told what broke, and its thread goes on', async () => {
  assert.deepEqual(await all(open(1), ['a', 'break', 'b']), {
    said: ['done: a', 'RangeError: it is too much', 'done: b'],
    threads: 1,
  });
});

test('a thread that dies names its job by its answer, and another one takes the next', async () => {
  const { said, threads } = await all(open(1), ['a', 'leave', 'b', 'die', 'c']);
  assert.deepEqual(said, [
    'done: a',
    'the thread ended with the code',
    'done: b',
    'RangeError: nobody catches it',
    'done: c',
  ]);
  assert.equal(threads, 3);
});

test('a thread makes room for a new one after so many jobs', async () => {
  assert.equal((await all(open(1, 2), ['a', 'b', 'c', 'd', 'e'])).threads, 3);
});

test('what waits or runs when the threads are closed is never answered', async () => {
  const threads = open(1);
  const answered: string[] = [];
  for (const job of ['stay', 'a']) threads.run(job).then(() => answered.push(job));
  await threads.close();
  assert.deepEqual(answered, []);
});
