import assert from 'node:assert/strict';
import test from 'node:test';
import { Ajv } from 'ajv';
import { showSweep } from '../../cli/sweep-progress.ts';
import { sweepJsonSchema } from '../../report/json-schema.ts';
import { exitCodeOfSweep, type SweepSummary } from '../../report/sweep.ts';
import { collector, run } from './run.ts';

const validate = new Ajv({ strict: false, validateFormats: false }).compile(sweepJsonSchema());
const name = 'drillTraffic#1:twice';

test('a sweep of one run prints one object, ends 0 where nobody objects, and says how it is repeated', async () => {
  const ran = await run('sweep', 'minimal', '--kind', 'drill', '--only', name, '--json');
  assert.equal(ran.exitCode, 0, ran.stderr + ran.stdout);
  assert.match(ran.stdout, /^\{.*\}\n$/, 'one line, one object, nothing else');
  const printed: SweepSummary = JSON.parse(ran.stdout);
  assert.ok(validate(printed), JSON.stringify(validate.errors));
  const { recorded, ...rest } = printed;
  assert.ok(recorded.calls > recorded.invocations && recorded.invocations > recorded.distinct);
  assert.deepEqual(rest, {
    plan: 'minimal',
    kind: 'drill',
    seed: 1,
    wanted: 1,
    runs: 1,
    parts: { calls: 0, crashes: 0, timeOuts: 0, twice: 1 },
    outcomes: { drilled: 1 },
    failures: [],
    command: `npm run -s lifeboat -- sweep minimal --kind drill --only '${name}'`,
  });
});

test('a person reads how large the run is, what was done to it and how it ended', async () => {
  const ran = await run('sweep', 'minimal', '--kind', 'drill', '--part', 'twice', '--sample', '1/80');
  assert.match(
    ran.stdout,
    /^drill of minimal, seed 1: \d+ calls in \d+ invocations, of which \d+ differ; 1 run\n/,
  );
  assert.match(
    ran.stdout,
    /\n1 run: 0 errors and time-outs of calls, 0 deaths, 0 own time-outs, 1 double invocations\n1 drilled; no objection\n$/,
  );
});

test('a person reads what failed and how it is repeated', () => {
  const { stream, text } = collector();
  const view = showSweep(stream, 2);
  view.ended(undefined);
  view.ended({
    name: 'web#1:twice',
    outcome: 'held',
    objections: ['someLaw: it is broken'],
    command: 'again',
  });
  view.close();
  assert.equal(text(), 'web#1:twice: held\n  someLaw: it is broken\n  again: again\n');
});

test('different failures have different exit codes', async () => {
  const { stdout } = await run('sweep', 'minimal', '--kind', 'drill', '--only', name, '--json', '--wire');
  const found = JSON.parse(stdout);
  assert.equal(found.command, `npm run -s lifeboat -- sweep minimal --kind drill --only '${name}' --wire`);
  const failure = { name: 'web#1:twice', outcome: 'held', objections: ['x'], command: 'again' };
  assert.equal(exitCodeOfSweep(found), 0);
  assert.equal(exitCodeOfSweep({ ...found, failures: [failure] }), 2);
  assert.equal(exitCodeOfSweep({ ...found, failures: [failure, { ...failure, outcome: 'defect' }] }), 4);
});

test('what cannot be understood is refused with 1, and nothing is run', async () => {
  for (const [args, says] of [
    [['--sample', '0/5'], /a share such as 1\/50/],
    [['--sample', '6/5'], /a share such as 1\/50/],
    [['--part', 'some'], /calls, crashes, timeOuts, twice/],
    [['--workers', '0'], /a number from 1 to 99/],
    [['--only', 'nothing#1:hang', '--kind', 'drill'], /the sweep has no run nothing#1:hang/],
  ] as const) {
    const ran = await run('sweep', 'minimal', ...args);
    assert.equal(ran.exitCode, 1, args.join(' '));
    assert.match(ran.stderr, says);
  }
});
