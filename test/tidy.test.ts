/** The house rules, run on the repository itself: who may import whom, how long things may be, what may not be called. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import test from 'node:test';
import { parse } from 'acorn';
import { full } from 'acorn-walk';

const root = join(import.meta.dirname, '..');
const fileLinesMax = 350;
const functionLinesMax = 70;
const handlerFileLinesMax = 80;

/** What each room may import of the others. A room that is not listed is none. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  recovery: [],
  simulator: [],
  aws: ['recovery'],
  functions: ['aws', 'recovery'],
  report: ['recovery'],
  stack: ['recovery'],
  drill: ['functions', 'aws', 'recovery', 'simulator', 'stack', 'report'],
  cli: ['drill', 'functions', 'aws', 'recovery', 'simulator', 'report', 'stack'],
};

/** Packages that one room alone may use. */
const onlyIn: readonly {
  readonly package: RegExp;
  readonly allowed: (file: string) => boolean;
  readonly why: string;
}[] = [
  { package: /^@middy\//, allowed: (f) => f.startsWith('aws/'), why: 'middy stays in aws/' },
  {
    package: /^(@aws-sdk|@smithy)\//,
    allowed: (f) => f.startsWith('aws/') || f.startsWith('simulator/'),
    why: 'the SDK stays in aws/; the simulator may use its schemas',
  },
  {
    package: /^yaml$/,
    allowed: (f) =>
      !f.startsWith('recovery/') || f === 'recovery/plan/parse.ts' || f.startsWith('recovery/plan/source'),
    why: 'of recovery/, only the parser reads YAML: plans reach a function compiled',
  },
];

/** Calls that would let the wall clock or chance into a run, and what to use instead. */
const banned: readonly {
  readonly pattern: RegExp;
  readonly instead: string;
  readonly allowed: readonly string[];
}[] = [
  { pattern: /\bDate\.now\(/, instead: 'the injected clock', allowed: ['aws/live.ts', 'cli/'] },
  { pattern: /\bnew Date\(\)/, instead: 'the date of the event', allowed: [] },
  { pattern: /\bMath\.random\(/, instead: 'the injected entropy, or draws', allowed: [] },
  {
    pattern: /\b(setTimeout|setInterval)\(/,
    instead: 'the injected clock',
    // A simulated account that is served keeps pace with real time.
    allowed: ['aws/live.ts', 'cli/simulate-command.ts'],
  },
  {
    pattern: /\bperformance\.now\(/,
    instead: 'the injected clock',
    // How long an import takes in truth is what the page of the bundles tells.
    allowed: ['cli/', 'stack/bundle-table.ts'],
  },
  {
    pattern: /\brandomUUID\(|\brandomBytes\(/,
    instead: 'the injected entropy, or draws',
    allowed: ['aws/live.ts'],
  },
  { pattern: /@ts-(ignore|nocheck|expect-error)/, instead: 'a type that says what is meant', allowed: [] },
  { pattern: /\b(TODO|FIXME|XXX)\b/, instead: 'doing it, or an issue', allowed: [] },
];

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && !file.endsWith('.d.ts') && existsSync(join(root, file)));
const sources = tracked.filter((file) => Object.keys(mayImport).includes(room(file)));
const text = new Map(tracked.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

function room(file: string): string {
  return file.split('/')[0] ?? '';
}

function importsOf(file: string): readonly string[] {
  const code = text.get(file) ?? '';
  return [
    ...code.matchAll(
      /^\s*(?:import|export)\s[^;]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

test('the rooms exist and have files', () => {
  const found = new Set(sources.map(room));
  assert.deepEqual([...found].sort(), Object.keys(mayImport).sort());
});

test('every import goes in a direction that the house allows', () => {
  const wrong = sources.flatMap((file) =>
    importsOf(file).flatMap((name) => {
      if (!name.startsWith('.')) return [];
      const target = room(normalize(join(dirname(file), name)));
      const from = room(file);
      return target === from || mayImport[from]?.includes(target) ? [] : [`${file} imports ${name}`];
    }),
  );
  assert.deepEqual(wrong, []);
});

test('packages stay in the rooms that own them', () => {
  const wrong = sources.flatMap((file) =>
    importsOf(file).flatMap((name) =>
      onlyIn
        .filter((rule) => rule.package.test(name) && !rule.allowed(file))
        .map((rule) => `${file} imports ${name}: ${rule.why}`),
    ),
  );
  assert.deepEqual(wrong, []);
});

test(`no file is longer than ${fileLinesMax} lines, no function file longer than ${handlerFileLinesMax}`, () => {
  const long = sources.flatMap((file) => {
    const lines = (text.get(file) ?? '').split('\n').length;
    const most = room(file) === 'functions' ? handlerFileLinesMax : fileLinesMax;
    return lines > most ? [`${file}: ${lines} lines`] : [];
  });
  assert.deepEqual(long, []);
});

test(`no function is longer than ${functionLinesMax} lines`, () => {
  const long = sources.flatMap((file) => {
    const code = stripTypeScriptTypes(text.get(file) ?? '');
    const tree = parse(code.replace(/^#!.*/, ''), {
      ecmaVersion: 'latest',
      sourceType: 'module',
      locations: true,
    });
    const found: string[] = [];
    full(tree, (node) => {
      if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type) || !node.loc)
        return;
      const lines = node.loc.end.line - node.loc.start.line + 1;
      if (lines > functionLinesMax) found.push(`${file}:${node.loc.start.line}: ${lines} lines`);
    });
    return found;
  });
  assert.deepEqual(long, []);
});

test('nothing asks for the time, for chance or for a waiver where it must not', () => {
  const wrong = sources.flatMap((file) =>
    (text.get(file) ?? '').split('\n').flatMap((line, i) => {
      const isComment = /^\s*(\*|\/\/|\/\*)/.test(line);
      return banned
        .filter((rule) => rule.pattern.test(line) && !(isComment && !/@ts-|TODO|FIXME/.test(line)))
        .filter((rule) => !rule.allowed.some((place) => file.startsWith(place)))
        .map((rule) => `${file}:${i + 1}: use ${rule.instead}`);
    }),
  );
  assert.deepEqual(wrong, []);
});

test('every file is used by another, or is an entry point', () => {
  const entries =
    /^(cli\/(lifeboat|schemas)|simulator\/coverage|drill\/(simulate|storm|sweep)\/worker|drill\/bundles\/runtime|aws\/role-credentials|functions\/|stack\/tools\/|stack\/.*\.m?js)/;
  const used = new Set(
    tracked.flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => normalize(join(dirname(file), name))),
    ),
  );
  const named = (file: string) =>
    ['serverless.yml', 'package.json'].some(
      (place) => existsSync(join(root, place)) && readFileSync(join(root, place), 'utf8').includes(file),
    );
  const dead = sources.filter((file) => !used.has(file) && !entries.test(file) && !named(file));
  assert.deepEqual(dead, []);
});

test('no test is narrowed to itself', () => {
  const narrowed = tracked.filter(
    (file) =>
      file.startsWith('test/') && /\b(test|it|describe)\.only\(|only: true/.test(text.get(file) ?? ''),
  );
  assert.deepEqual(
    narrowed.filter((file) => file !== 'test/tidy.test.ts'),
    [],
  );
});
