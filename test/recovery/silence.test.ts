import assert from 'node:assert/strict';
import test from 'node:test';
import { isSilent, type Looker, resumedAt } from '../../recovery/silence.ts';
import type { StepRecord } from '../../recovery/step.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 2) + seconds * 1000).toISOString();

function record(firstSeconds: number, lastSeconds: number, parts: Partial<StepRecord> = {}): StepRecord {
  const counts = { done: 0, total: 1 };
  const times = { firstAt: at(firstSeconds), lastAt: at(lastSeconds) };
  return {
    step: 'servers',
    run: 1,
    status: 'working',
    ...times,
    attempts: 1,
    counts,
    resources: [],
    memory: null,
    ...parts,
  };
}

const looker = (now: number, own: StepRecord | undefined): Looker => ({
  run: 1,
  startedAt: at(0),
  now: at(now),
  own,
});

interface Row {
  readonly name: string;
  readonly other: StepRecord | undefined;
  readonly own: StepRecord | undefined;
  readonly nowSeconds: number;
  readonly silent: boolean;
}

const rows: readonly Row[] = [
  {
    name: 'a step that wrote six minutes ago still works',
    other: record(0, 40),
    own: record(0, 390),
    nowSeconds: 400,
    silent: false,
  },
  {
    name: 'a step that wrote seven minutes ago has broken off',
    other: record(0, 40),
    own: record(0, 450),
    nowSeconds: 460,
    silent: true,
  },
  {
    name: 'one that has worked for hours may be silent for longer',
    other: record(0, 7200),
    own: record(0, 7900),
    nowSeconds: 7915,
    silent: false,
  },
  { name: 'and not for ever', other: record(0, 7200), own: record(0, 7900), nowSeconds: 7925, silent: true },
  {
    name: 'a step that has ended is not silent',
    other: record(0, 40, { status: 'done' }),
    own: record(0, 990),
    nowSeconds: 1000,
    silent: false,
  },
  {
    name: 'a step without a word has ten minutes from the start',
    other: undefined,
    own: record(0, 590),
    nowSeconds: 600,
    silent: false,
  },
  { name: 'and no more', other: undefined, own: record(0, 595), nowSeconds: 605, silent: true },
  {
    name: 'a word of an earlier run is none',
    other: record(0, 595, { run: 0 }),
    own: record(0, 595),
    nowSeconds: 605,
    silent: true,
  },
  {
    name: 'nobody is silent to one that could not write either',
    other: record(0, 40),
    own: record(0, 45),
    nowSeconds: 900,
    silent: false,
  },
  {
    name: 'nor soon after the ledger is back: whoever could not write asks again in its own time',
    other: record(0, 40),
    own: record(0, 910, { resumedAt: at(900) }),
    nowSeconds: 930,
    silent: false,
  },
  {
    name: 'but from then on silence counts again',
    other: record(0, 40),
    own: record(0, 1250, { resumedAt: at(900) }),
    nowSeconds: 1270,
    silent: true,
  },
  {
    name: 'a word of after the ledger was back counts from itself',
    other: record(900, 1000),
    own: record(0, 1280, { resumedAt: at(900) }),
    nowSeconds: 1300,
    silent: false,
  },
  {
    name: 'and at the very second of its bound it still works',
    other: record(0, 0),
    own: record(0, 350),
    nowSeconds: 360,
    silent: false,
  },
  {
    name: 'a ledger that was away for less time than silence takes excuses whoever wrote a while before',
    other: record(0, 20),
    own: record(0, 100),
    nowSeconds: 400,
    silent: false,
  },
  {
    name: 'a looker that only waited is no sign of a ledger that was away',
    other: record(0, 20),
    own: record(0, 220),
    nowSeconds: 400,
    silent: true,
  },
  {
    name: 'a ledger that was away since the start excuses a first word as well',
    other: undefined,
    own: undefined,
    nowSeconds: 700,
    silent: false,
  },
];

for (const { name, other, own, nowSeconds, silent } of rows)
  test(name, () => assert.equal(isSilent(other, looker(nowSeconds, own)), silent));

test('a step notes when it can write again, and keeps that for the rest of its run', () => {
  assert.equal(resumedAt(looker(300, record(0, 250))), undefined);
  assert.equal(resumedAt(looker(900, record(0, 45))), at(900));
  assert.equal(resumedAt(looker(960, record(0, 950, { resumedAt: at(900) }))), at(900));
  assert.equal(resumedAt(looker(700, record(0, 690, { run: 0, resumedAt: at(500) }))), at(700));
  assert.equal(resumedAt(looker(20, undefined)), undefined);
  assert.equal(resumedAt(looker(180, undefined)), undefined);
  assert.equal(resumedAt(looker(181, undefined)), at(181));
});
