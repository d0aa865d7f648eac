/** AWS's own rule engine judges how the simulated EventBridge matches events, and what patterns it refuses. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test, { describe } from 'node:test';
import { operatorNames } from './clauses.ts';
import { differences, shown, simulated } from './compare.ts';
import { curated } from './curated.ts';
import { engineFaults, narrower } from './explained.ts';
import { judge, type Pair, type Verdict } from './judge.ts';
import { mutants } from './mutants.ts';
import { ownEvents, ownPairs, ownPatterns } from './own.ts';
import { drawPairs, drawRefusable } from './pairs.ts';

const seed = Number(process.env['RULER_SEED'] ?? 7);

/** A fault that comes by chance shows in one of so many tries. */
const tries = 40;
/** Asked in between, so that the engine compiles the same pattern anew. */
const other: Pair = { pattern: '{"other":[1]}', event: '{}' };

const drawn = drawPairs(seed, 6000);
const groups = {
  drawn,
  refusable: drawRefusable(seed, 2500),
  own: await ownPairs(seed, 12),
  curated,
  narrower,
  faults: engineFaults.flatMap((fault) => Array.from({ length: tries }, () => [fault, other]).flat()),
} satisfies Readonly<Record<string, readonly Pair[]>>;
const verdicts = await judgeGroups();

/** Has all groups judged at once: the engine takes a while to start. */
async function judgeGroups() {
  const pairs = Object.values(groups).flat();
  const all = await judge(pairs.map(({ pattern, event }) => ({ pattern, event })));
  const said = new Map(pairs.map((pair, at) => [pair, all[at]!] as const));
  const of = (group: readonly Pair[]) => group.map((pair) => said.get(pair)!);
  return {
    drawn: of(groups.drawn),
    refusable: of(groups.refusable),
    own: of(groups.own),
    curated: of(groups.curated),
    narrower: of(groups.narrower),
    faults: all.slice(-groups.faults.length),
  };
}

const isMatch = (verdict: Verdict) => 'matches' in verdict && verdict.matches;

function assertAgreed(name: keyof typeof groups): void {
  const found = differences(groups[name], verdicts[name]);
  assert.equal(found.length, 0, `seed ${seed}: ${shown(found)}`);
}

describe('AWS’s event-ruler and the simulated EventBridge agree', () => {
  test('on all drawn pairs of a pattern and an event', () => {
    assertAgreed('drawn');
  });
  test('on all patterns that have something wrong in them, and on what is wrong', () =>
    assertAgreed('refusable'));
  test('on every pattern of ours and every event that we know, also with changes in it', () =>
    assertAgreed('own'));
  test('on what EventBridge documents and what is seldom drawn', () => assertAgreed('curated'));
});

describe('the drawn pairs are worth judging', () => {
  test('about half of them match, and no pattern is refused', () => {
    const share = verdicts.drawn.filter(isMatch).length / drawn.length;
    assert.ok(share > 0.45 && share < 0.65, `seed ${seed}: ${share} match`);
    assert.ok(verdicts.drawn.every((verdict) => 'matches' in verdict));
  });
  test('most of them are answered', () => {
    const unanswered = drawn.filter((pair) => 'notSimulated' in simulated(pair));
    assert.ok(drawn.length - unanswered.length > 20_000, `seed ${seed}: ${unanswered.length} not simulated`);
  });
  test('nothing of ours, and nothing that EventBridge documents, is left unanswered', () => {
    for (const pair of [...groups.own, ...groups.curated]) {
      const answer = simulated(pair);
      assert.ok(!('notSimulated' in answer), `${pair.pattern}: ${JSON.stringify(answer)}`);
    }
  });
  test('each operator decides often, both ways', () => {
    for (const operator of [...Object.keys(operatorNames), '$or']) {
      const its = drawn.flatMap(({ operators }, at) =>
        operators.has(operator) ? [verdicts.drawn[at]!] : [],
      );
      const matching = its.filter(isMatch).length;
      const says = `seed ${seed}: ${operator} in ${its.length} pairs, of which ${matching} match`;
      assert.ok(matching > 400 && its.length - matching > 400, says);
    }
  });
  test('most wrong patterns are refused, for many reasons', () => {
    const refused = verdicts.refusable.flatMap((verdict) =>
      'reasons' in verdict ? [verdict.reasons[1]!] : [],
    );
    assert.ok(refused.length > 1500 && refused.length < groups.refusable.length, `${refused.length} refused`);
    assert.ok(new Set(refused).size > 50, `${new Set(refused).size} reasons`);
  });
  test('our patterns each match some event and not others', async () => {
    assert.ok(ownEvents.length > 30);
    for (const pattern of await ownPatterns()) {
      const its = verdicts.own.filter((_, at) => groups.own[at]!.pattern === pattern);
      const matching = its.filter(isMatch).length;
      assert.ok(matching > 0 && matching < its.length, `${pattern}: ${matching} of ${its.length}`);
    }
  });
});

describe('a wrong matcher is found out', () => {
  for (const [wrong, matcher] of Object.entries(mutants)) {
    // A third of the pairs is enough.
    test(wrong, () => {
      const found = differences(drawn.slice(0, 8000), verdicts.drawn, matcher);
      assert.ok(found.length > 5, `seed ${seed}: ${found.length} differences`);
    });
  }
  test('what ought to be refused matches nothing', () => {
    const lenient = (pair: Pair) => {
      const answer = simulated(pair);
      return 'reason' in answer ? { matches: false } : answer;
    };
    assert.ok(differences(groups.refusable, verdicts.refusable, lenient).length > 1000);
  });
  test('what is refused for another reason', () => {
    const vague = (pair: Pair) => {
      const answer = simulated(pair);
      return 'reason' in answer ? { reason: 'Event pattern is not valid.' } : answer;
    };
    assert.ok(differences(groups.refusable, verdicts.refusable, vague).length > 1000);
  });
});

describe('the engine would take what EventBridge does not', () => {
  for (const [at, { why, ...pair }] of narrower.entries()) {
    test(why, () => {
      const verdict = verdicts.narrower[at]!;
      assert.deepEqual(verdict, { matches: true, matchesStepping: true });
      const answer = simulated(pair);
      assert.ok('reason' in answer || ('matches' in answer && !answer.matches));
    });
  }
});

describe('the engine errs, and we give no answer', () => {
  for (const [at, { why, matches, ...pair }] of engineFaults.entries()) {
    test(why, () => {
      const all = verdicts.faults
        .slice(2 * at * tries, 2 * (at + 1) * tries)
        .filter((_, each) => each % 2 === 0);
      assert.ok(all.some((verdict) => isMatch(verdict) !== matches));
      assert.ok('notSimulated' in simulated(pair));
    });
  }
});

test('without Java, what fails says what to install', () => {
  const program = `import { judge } from ${JSON.stringify(import.meta.resolve('./judge.ts'))}; await judge([]);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    env: { ...process.env, PATH: '/nowhere' },
  });
  assert.equal(status, 1);
  assert.match(stderr, /there is no java: .* apt-get install default-jdk-headless maven/);
});
