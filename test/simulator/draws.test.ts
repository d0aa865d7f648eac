import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import defaults from '../../simulator/defaults.json' with { type: 'json' };
import { type Distribution, Draws, distribution, quantile } from '../../simulator/draws.ts';

const watched = { name: 'ec2.pendingToRunning', subject: 'i-0123456789abcdef0' };
const word = fc.stringMatching(/^[a-z]{1,3}$/);
/** One draw of any kind. */
const draw = fc.record({ name: word, subject: word, kind: fc.constantFrom('unit', 'hex', 'uuid', 'chance') });

function perform(
  draws: Draws,
  { name, subject, kind }: Readonly<Record<keyof typeof watched | 'kind', string>>,
) {
  switch (kind) {
    case 'hex':
      return draws.hex(name, subject, 8);
    case 'uuid':
      return draws.uuid(name, subject);
    case 'chance':
      return draws.chance(0.5, name, subject);
    default:
      return draws.unit(name, subject);
  }
}

/** Every distribution of `defaults.json` by its path. */
function distributions(node: object, path: readonly string[] = []): [path: string, shape: Distribution][] {
  if ('dist' in node) return [[path.join('.'), node as Distribution]];
  return Object.entries(node).flatMap(([key, child]) =>
    typeof child === 'object' && child !== null ? distributions(child, [...path, key]) : [],
  );
}
const all = distributions(defaults);

/** The shape cut neither below nor above, so that its own parameters show. */
function uncut(shape: Distribution): Distribution {
  if (shape.dist !== 'lognormal') return shape;
  const { min: _, max: __, ...rest } = shape;
  return rest;
}

const within = (actual: number, expected: number, share: number): boolean =>
  Math.abs(actual - expected) <= Math.abs(expected) * share;

test('a draw is the same in every run, and differs with the seed, the name, the subject and the ordinal', () => {
  const values = (seed: string | number, { name, subject } = watched) => {
    const draws = new Draws(seed);
    return [draws.unit(name, subject), draws.unit(name, subject)];
  };
  assert.deepEqual(values(7), values('7'));
  const everything = [
    ...values(7),
    ...values(8),
    ...values(7, { ...watched, name: 'ec2.runningToStopped' }),
    ...values(7, { ...watched, subject: 'i-0123456789abcdef1' }),
  ];
  assert.equal(new Set(everything).size, 8);
});

test('what else is drawn, before or between, changes nothing', () => {
  const law = fc.property(
    fc.array(fc.array(draw, { maxLength: 6 }), { minLength: 1, maxLength: 8 }),
    fc.integer(),
    (others, seed) => {
      const alone = new Draws(seed);
      const amidst = new Draws(seed);
      for (const between of others) {
        for (const other of between) perform(amidst, other);
        assert.equal(
          amidst.sample(watched.name, watched.subject),
          alone.sample(watched.name, watched.subject),
        );
      }
    },
  );
  fc.assert(law, { seed: 3, numRuns: 100 });
});

test('the order in which subjects are drawn for does not matter, only each one its own', () => {
  const law = fc.property(fc.array(draw, { maxLength: 30 }), fc.integer(), (given, swaps) => {
    const keyOf = ({ name, subject }: { name: string; subject: string }) => `${name}/${subject}`;
    const run = (order: typeof given) => {
      const draws = new Draws('order');
      const results = order.map((each) => [keyOf(each), String(perform(draws, each))] as const);
      return Map.groupBy(results, ([key]) => key);
    };
    // A stable sort by something of the key alone moves subjects among one another and keeps the order within each.
    const rank = (text: string) =>
      [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, swaps);
    const shuffled = given.toSorted((a, b) => rank(keyOf(a)) - rank(keyOf(b)));
    assert.deepEqual(new Map([...run(shuffled)].sort()), new Map([...run(given)].sort()));
  });
  fc.assert(law, { seed: 4, numRuns: 100 });
});

test('a unit lies in [0, 1), and all tenths are met equally often', () => {
  const draws = new Draws('tenths');
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 20_000; i++) {
    const unit = draws.unit('any', `subject-${i % 100}`);
    assert.ok(unit >= 0 && unit < 1, String(unit));
    counts[Math.floor(unit * 10)]! += 1;
  }
  assert.ok(
    counts.every((count) => within(count, 2000, 0.1)),
    counts.join(' '),
  );
});

test('a chance of nothing never comes, a certain one always, any other in its share', () => {
  const draws = new Draws('chances');
  const share = (probability: number) =>
    Array.from({ length: 5000 }, (_, i) => draws.chance(probability, 'any', `${probability}/${i}`)).filter(
      Boolean,
    ).length / 5000;
  assert.deepEqual([share(0), share(1)], [0, 1]);
  assert.ok(within(share(0.3), 0.3, 0.06), String(share(0.3)));
});

test('every distribution is at its quantiles what defaults.json says', () => {
  assert.ok(all.length > 50);
  for (const [path, given] of all) {
    const shape = uncut(given);
    assert.equal(distribution(path), given);
    switch (shape.dist) {
      case 'uniform':
        assert.deepEqual(
          [quantile(shape, 0), quantile(shape, 0.5)],
          [shape.min, (shape.min + shape.max) / 2],
        );
        break;
      case 'triangular': {
        const cut = (shape.mode - shape.min) / (shape.max - shape.min);
        assert.ok(within(quantile(shape, cut), shape.mode, 1e-9), path);
        assert.deepEqual([quantile(shape, 0), quantile(shape, 1)], [shape.min, shape.max]);
        break;
      }
      case 'lognormal':
        assert.ok(within(quantile(shape, 0.5), shape.p50, 1e-8), path);
        if (shape.p95 !== undefined) assert.ok(within(quantile(shape, 0.95), shape.p95, 1e-8), path);
        else assert.ok(within(quantile(shape, 0.99), shape.p99!, 1e-8), path);
        break;
      default:
        shape satisfies never;
    }
  }
});

test('every distribution grows with its quantile and keeps to its bounds', () => {
  const law = fc.property(
    fc.constantFrom(...all),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    ([, shape], a, b) => {
      const [low, high] = [quantile(shape, Math.min(a, b)), quantile(shape, Math.max(a, b))];
      assert.ok(low <= high && low >= (shape.min ?? 0) && high <= (shape.max ?? Number.POSITIVE_INFINITY));
    },
  );
  fc.assert(law, { seed: 5, numRuns: 1000 });
});

test('a log-normal is cut at its bounds, which take the share of all that would lie beyond them', () => {
  const shape = { dist: 'lognormal', p50: 10, p95: 40, min: 8, max: 20 } as const;
  assert.deepEqual([quantile(shape, 0.01), quantile(shape, 0.99)], [8, 20]);
  assert.ok(within(quantile(shape, 0.5), 10, 1e-8));
});

test('every distribution of defaults.json makes sense', () => {
  const odd = all.filter(([, shape]) => {
    if (shape.dist !== 'lognormal') return shape.min > shape.max;
    const { p50, p95, p99, max = Number.POSITIVE_INFINITY } = shape;
    const tail = p95 ?? p99;
    return p50 <= 0 || tail === undefined || tail < p50 || max < tail || (p95 ?? 0) > (p99 ?? max);
  });
  assert.deepEqual(odd, []);
});

test('the samples of many subjects have the median and the tail that their distribution has', () => {
  const draws = new Draws('samples');
  for (const path of ['ec2.pendingToRunning', 'rds.promote.total', 'ebs.attach']) {
    const shape = distribution(path) as Distribution & { readonly p50: number; readonly p95: number };
    const samples = Array.from({ length: 4000 }, (_, i) => draws.sample(path, `subject-${i}`)).sort(
      (a, b) => a - b,
    );
    assert.ok(within(samples[2000]!, shape.p50, 0.06), `${path}: median ${samples[2000]}`);
    assert.ok(within(samples[3800]!, shape.p95, 0.12), `${path}: 95 % ${samples[3800]}`);
  }
});

test('a stretched path is slower by its factor from then on, and nothing else is', () => {
  const [plain, stretched] = [new Draws(1), new Draws(1)];
  const seconds = (draws: Draws, path: string) => draws.sample(path, 'change');
  assert.equal(seconds(stretched, 'route53.changeInsync'), seconds(plain, 'route53.changeInsync'));
  stretched.stretch('route53.changeInsync', 20);
  assert.equal(seconds(stretched, 'route53.changeInsync'), seconds(plain, 'route53.changeInsync') * 20);
  assert.equal(seconds(stretched, 'route53.zoneBusy'), seconds(plain, 'route53.zoneBusy'));
});

test('a path that defaults.json does not have is refused by its name, when it is drawn and when it is stretched', () => {
  const draws = new Draws(1);
  const refusal = /simulator\/defaults\.json has no distribution at ec2\.pendingToRuning/;
  assert.throws(() => draws.sample('ec2.pendingToRuning', 'i-1'), refusal);
  assert.throws(() => draws.stretch('ec2.pendingToRuning', 2), refusal);
  assert.throws(() => draws.sample('ec2.vcpuQuota', 'i-1'), /no distribution at ec2\.vcpuQuota/);
  assert.throws(() => draws.sample('nothing.at.all', 'i-1'), /no distribution at nothing\.at\.all/);
});

test('ids and UUIDs have the form that AWS gives them, and no two of a run are the same', () => {
  const draws = new Draws('ids');
  const ids = Array.from({ length: 500 }, (_, i) => draws.id('i-', `token-${i % 10}`));
  assert.ok(ids.every((id) => /^i-[0-9a-f]{17}$/.test(id)));
  assert.equal(new Set(ids).size, 500);
  assert.match(draws.id('r-', 'token', 8), /^r-[0-9a-f]{8}$/);
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(draws.uuid('ssm.command', 'caller'), uuid);
});
