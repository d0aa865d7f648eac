import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Evidence } from '../../report/evidence.ts';
import { htmlReport } from '../../report/html.ts';
import { markdownReport } from '../../report/markdown.ts';
import { sayBytes, sayDuration, sayInstant } from '../../report/wording.ts';
import { drilled, failed } from './sample.ts';

type Leaf = readonly [path: string, value: unknown];

function leaves(value: unknown, path = ''): readonly Leaf[] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, path ? `${path}.${key}` : key));
}

/** How a report writes a value: durations, instants and sizes as people read them, all else as it is. */
function shownAs(path: string, value: string | number): string {
  if (typeof value === 'string') return /^\d{4}-.*Z$/.test(value) ? sayInstant(value) : value;
  if (path.endsWith('Seconds') || path.endsWith('.seconds')) return sayDuration(value);
  return path.endsWith('Bytes') ? sayBytes(value) : String(value);
}

/** Evidence in which every free text is another one. */
function retold(evidence: Evidence, words: string): Evidence {
  const fixed = /kind|outcome|status|decision$|^steps\.\d+\.name|\.step$|At$|\.at$/;
  const retell = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') return fixed.test(path) ? value : words;
    if (Array.isArray(value)) return value.map((child, index) => retell(child, `${path}.${index}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, retell(child, path ? `${path}.${key}` : key)]),
    );
  };
  return retell(evidence, '') as Evidence;
}

const tagsOf = (html: string) =>
  html
    .match(/<[^>]*>/g)
    ?.map((tag) => tag.replace(/"[^"]*"/g, '""'))
    .join('') ?? '';
const cellsOf = (markdown: string) =>
  markdown.split('\n').map((line) => line.match(/(?<!\\)\|/g)?.length ?? 0);
const unescaped = (html: string) =>
  html
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');
const unslashed = (markdown: string) =>
  markdown
    .replace(/\\([\\`*_[\]|~#>+-])/g, '$1')
    .replace(/&lt;/g, '<')
    .replace(/&amp;/g, '&');

for (const [name, evidence] of Object.entries({ drilled, failed })) {
  test(`every value of a ${name} recovery stands on the page and in the Markdown`, () => {
    const page = unescaped(htmlReport(evidence));
    const markdown = unslashed(markdownReport(evidence));
    for (const [path, value] of leaves(evidence)) {
      if (typeof value !== 'string' && typeof value !== 'number') continue;
      const text = shownAs(path, value);
      assert.ok(page.includes(text), `${path} (${text}) is missing on the page`);
      assert.ok(markdown.includes(text), `${path} (${text}) is missing in the Markdown`);
    }
  });
}

test('what was not reached is said to be so', () => {
  for (const report of [htmlReport(failed), markdownReport(failed)]) {
    assert.match(report, /not reached; the objective is 30 min/);
    assert.match(report, /execute.{0,20}not reached/);
  }
});

test('no value can add a tag to the page or a cell to the Markdown', () => {
  const tags = tagsOf(htmlReport(retold(failed, 'words')));
  const cells = cellsOf(markdownReport(retold(failed, 'words')));
  const hostile = fc.oneof(
    fc.constantFrom(
      '<script>alert(1)</script>',
      '" onload="x',
      "'><img src=x>",
      'a | b\n# c',
      '</style>',
      '\\|',
      '&lt;',
    ),
    fc.string({ minLength: 1, unit: fc.constantFrom(...'<>&"\'|\\`*_[]#\n\r-1.) x') }),
  );
  fc.assert(
    fc.property(hostile, (words) => {
      const evidence = retold(failed, words);
      assert.equal(tagsOf(htmlReport(evidence)), tags);
      assert.deepEqual(cellsOf(markdownReport(evidence)), cells);
    }),
    { seed: 11, numRuns: 150 },
  );
});

test('the page needs nothing but itself', () => {
  const page = htmlReport(drilled);
  assert.doesNotMatch(page, /<script|<link|<img|\b(src|href)=|@import|url\(/);
  assert.match(page, /<svg/);
});

test('the drawing has a bar for each step that began, as wide as it lasted', () => {
  const bars = [
    ...htmlReport(drilled).matchAll(/<rect class="(\w+)" x="([\d.]+)" y="\d+" width="([\d.]+)"/g),
  ];
  assert.deepEqual(
    bars.map(([, status]) => status),
    ['done', 'done', 'done', 'done', 'skipped'],
  );
  const width = (index: number) => Number(bars[index]?.[3]);
  assert.ok(Math.abs(width(3) / width(1) - (1290 - 3) / (141 - 3)) < 0.05);
  assert.doesNotMatch(htmlReport({ ...drilled, steps: [] }), /<svg/);
});
