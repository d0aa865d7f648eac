/** What Lifeboat tells machines: each documented event has a sample of its form, and the documents say what is sent. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv } from 'ajv';
import { noticeNames, noticeProblem, noticeSource } from '../../recovery/notices.ts';
import { noticesJsonSchema, noticesPage } from '../../report/notices.ts';
import { root } from '../../stack/places.ts';
import { eventFiles } from './files.ts';

interface Sample {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
}

const samples = eventFiles
  .filter(({ name }) => name.startsWith('own/'))
  .map(({ name, text }) => ({ name, event: JSON.parse(text) as Sample }));
const isDocumented = new Ajv({ formats: { 'date-time': true } }).compile(noticesJsonSchema());

test('each documented event has one sample, named after it', () => {
  assert.deepEqual(
    samples.map(({ name }) => name),
    noticeNames.map((name) => `own/${name.toLowerCase().replaceAll(' ', '-')}`).sort(),
  );
  for (const { name, event } of samples)
    assert.equal(name, `own/${event['detail-type'].toLowerCase().replaceAll(' ', '-')}`);
});

for (const { name, event } of samples) {
  test(`${name} has the form that is documented, and with a member more or less it has not`, () => {
    const { 'detail-type': type, detail, source } = event;
    assert.equal(source, noticeSource);
    assert.equal(noticeProblem(type, detail), undefined);
    assert.ok(isDocumented(event), JSON.stringify(isDocumented.errors));
    for (const member of Object.keys(detail)) {
      const { [member]: _, ...rest } = detail;
      assert.match(noticeProblem(type, rest) ?? '', new RegExp(member), member);
      assert.equal(isDocumented({ ...event, detail: rest }), false, member);
    }
    assert.match(noticeProblem(type, { ...detail, more: 1 }) ?? '', /more/);
  });
}

test('an event of another name is documented nowhere', () => {
  assert.equal(noticeProblem('Something Else', {}), 'Something Else is not documented');
});

test('docs/events.md is what `npm run schema` writes', () => {
  assert.equal(readFileSync(join(root, 'docs/events.md'), 'utf8'), noticesPage());
});
