import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv } from 'ajv';
import type { History } from '../../report/history.ts';
import { historyJsonSchema } from '../../report/json-schema.ts';
import { endOf, wantedOf } from '../history/replays.ts';
import { run, scratch, textOf } from './run.ts';

const validate = new Ajv({ strict: false, validateFormats: false }).compile(historyJsonSchema());
const one = ['history', 'march-2026', '--plan', 'observe'] as const;

test('an outage of the past prints one object, and its page', async () => {
  const page = join(scratch, 'history.md');
  const ran = await run(...one, '--json', '--page', page);
  assert.equal(ran.exitCode, 0, ran.stderr);
  assert.match(ran.stdout, /^\{.*\}\n$/, 'one line, one object, nothing else');
  const printed = JSON.parse(ran.stdout) as History;
  assert.ok(validate(printed), JSON.stringify(validate.errors));
  assert.equal(printed.outages.length, 1);
  const [told = assert.fail(), ...others] = printed.outages[0]?.plans ?? [];
  assert.deepEqual(others, []);
  assert.deepEqual(endOf(told), wantedOf('march-2026/observe'));
  assert.equal(printed.command, 'npm run -s lifeboat -- history march-2026 --plan observe --seed 1');
  assert.match(
    readFileSync(page, 'utf8'),
    /^# Outages of the past\n[\s\S]*\| `observe` \| .* \| Would not have recovered: held by Observe /,
  );
});

test('a person reads a sentence a plan, the one of the page', async () => {
  const { stdout, stderr } = await run('history', 'march-2026', '--plan', 'from-inside');
  const [, says = ''] =
    /\nmarch-2026: .*\n\nfrom-inside: .*\n {2}would (not have recovered: .*\.)\n$/.exec(stdout) ?? [];
  assert.match(says, /nothing was found to be wrong for .* min .*, then held by HealthAlone for /, stderr);
  assert.ok(textOf('docs/history.md').includes(`| Would ${says} |`), says);
});

test('what nobody has replayed is refused with 1, and nothing is run', async () => {
  for (const [args, says] of [
    [
      ['april-2011'],
      /there is no outage april-2011; there are december-2021, october-2025, march-2026, may-2026/,
    ],
    [['may-2026', '--plan', 'neighbours'], /--plan: there is no plan neighbours; there are shop, /],
    [['--seed', 'x'], /a whole number/],
  ] as const) {
    const ran = await run('history', ...args);
    assert.equal(ran.exitCode, 1, args.join(' '));
    assert.match(ran.stderr, says);
    assert.equal(ran.stdout, '');
  }
});

test('the schema of the history is the committed one', () => {
  const committed = textOf('docs/history.schema.json');
  assert.deepEqual(JSON.parse(committed), JSON.parse(JSON.stringify(historyJsonSchema())));
});
