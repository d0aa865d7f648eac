import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv } from 'ajv';
import { showStorm } from '../../cli/storm-progress.ts';
import { printDisaster } from '../../drill/storm/disaster-file.ts';
import { stormJsonSchema } from '../../report/json-schema.ts';
import { exitCodeOfStorm } from '../../report/storm.ts';
import { disaster } from '../storm/ground.ts';
import { collector, run, scratch, scratchFile } from './run.ts';

const validate = new Ajv({ strict: false, validateFormats: false }).compile(stormJsonSchema());
const quiet = scratchFile('quiet.json', printDisaster(disaster({ seed: 5 })));
const drill = { command: 'drill', plan: 'shop', comment: 'we practise' } as const;

test('a storm of one disaster prints one object and ends 0 where nothing is found', async () => {
  const ran = await run('storm', '--disaster', quiet, '--json', '--out', join(scratch, 'storm'));
  assert.equal(ran.exitCode, 0, ran.stderr);
  assert.match(ran.stdout, /^\{.*\}\n$/, 'one line, one object, nothing else');
  const printed = JSON.parse(ran.stdout);
  assert.ok(validate(printed), JSON.stringify(validate.errors));
  assert.deepEqual(printed, {
    seeds: 1,
    outcomes: { quiet: 1 },
    violations: [],
    unended: [],
    command: `npm run -s lifeboat -- storm --disaster ${quiet}`,
  });
});

test('a storm goes by the wire where somebody wants it to, and says so in what it repeats', async () => {
  const ran = await run('storm', '--disaster', quiet, '--wire', '--json', '--out', join(scratch, 'storm'));
  assert.equal(ran.exitCode, 0, ran.stderr);
  const { outcomes, command } = JSON.parse(ran.stdout);
  assert.deepEqual(outcomes, { quiet: 1 });
  assert.equal(command, `npm run -s lifeboat -- storm --wire --disaster ${quiet}`);
});

test('a person reads how the recoveries of a storm ended', async () => {
  const ran = await run('storm', '--disaster', quiet, '--out', join(scratch, 'storm'));
  assert.equal(ran.stdout, '\n1 disaster: 1 quiet\nno violation, everything came to an end\n', ran.stderr);
});

test('a person reads what failed, how it is repeated, and what of it matters', () => {
  const { stream, text } = collector();
  const view = showStorm(stream, 2);
  const failing = disaster({ seed: 6, orders: [{ atSeconds: 30, by: 'alice', order: drill }] });
  const whole = { outcomes: [], violations: [], unended: [], seconds: 0, calls: 0, evidence: [], orders: [] };
  const violations = [{ checker: 'someLaw', message: 'it is broken' }];
  view.ended({ ...whole, disaster: disaster() }, [], 'again 1');
  view.ended({ ...whole, disaster: failing, violations }, ['someLaw'], 'again 6');
  view.shrunk(failing, 'someLaw', 'again with less');
  view.close();
  assert.equal(
    text(),
    `seed 6: someLaw
  someLaw: it is broken
  again: again 6
seed 6: someLaw needs the order drill
  again: again with less
`,
  );
});

test('different failures have different exit codes', () => {
  const found = { seeds: 1, outcomes: {}, violations: [], unended: [], command: 'again' };
  const violation = { seed: 1, checker: 'someLaw', message: 'it is broken' };
  const defect = { ...violation, checker: 'defect' };
  assert.equal(exitCodeOfStorm(found), 0);
  assert.equal(exitCodeOfStorm({ ...found, violations: [violation] }), 2);
  assert.equal(exitCodeOfStorm({ ...found, unended: [1] }), 3);
  assert.equal(exitCodeOfStorm({ ...found, violations: [violation], unended: [1] }), 2);
  assert.equal(exitCodeOfStorm({ ...found, violations: [violation, defect], unended: [1] }), 4);
});

test('what cannot be understood is refused with 1, and nothing is run', async () => {
  for (const [args, says] of [
    [['--seeds', '9..3'], /a seed such as 17 or a range such as 1\.\.300/],
    [['--seeds', 'some'], /a seed such as 17/],
    [['--seeds', '0..1000000'], /at most 1000000 seeds/],
    [['--only', 'no-such-thing'], /there is no scenario no-such-thing; there are\n {2}primary-outage/],
    [['--workers', '0'], /a number from 1 to 99/],
    [['--disaster', join(scratch, 'not-there.json')], /--disaster .*not-there\.json: ENOENT/],
    [['--disaster', scratchFile('bad.json', '{"seed":-1}')], /bad\.json: /],
    [['--plan', 'nothing-such'], /there is no plan nothing-such/],
  ] as const) {
    const ran = await run('storm', ...args);
    assert.equal(ran.exitCode, 1, args.join(' '));
    assert.match(ran.stderr, says);
    assert.equal(ran.stdout, '');
  }
});

test('the schema of the storm is the committed one', () => {
  const committed = readFileSync(new URL('../../docs/storm.schema.json', import.meta.url), 'utf8');
  assert.deepEqual(JSON.parse(committed), JSON.parse(JSON.stringify(stormJsonSchema())));
});
