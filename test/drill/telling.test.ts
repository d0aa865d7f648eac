/** Every plan is looked at each minute, for hours: people are told of what is new, once. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { noticesOf } from '../../drill/notices.ts';
import type { Responded } from '../../drill/respond.ts';
import { AwsError } from '../../simulator/errors.ts';
import { happenInShop, refuseToStartFailovers } from './respond.ts';
import { hurry, rehearseShop, shopPlan, tokyo } from './shop.ts';

function toldBy({ account }: Pick<Responded, 'account'>): readonly (readonly [string, string])[] {
  return account.sim
    .region(tokyo)
    .sns.published.map(({ subject = '', message }) => [subject.replace(/^Lifeboat: /, ''), message]);
}

function looks({ account }: Responded): number {
  return account.sim
    .region(tokyo)
    .states.executions.filter(({ machine }) => machine.arn === account.responseArn).length;
}

test('probes that fall silent for an hour are told of once', async () => {
  const happened = await happenInShop({
    forSeconds: 3600,
    sabotage: (sim) => {
      for (const region of [tokyo, 'us-west-2'] as const) {
        sim
          .region(region)
          .lambda.faults.push(({ functionName }) =>
            functionName.includes('probe') ? { kind: 'killBeforeStart' } : undefined,
          );
      }
    },
  });
  assert.ok(looks(happened) > 50);
  const [told = assert.fail(), ...more] = toldBy(happened).filter(([subject]) => !/Readiness/.test(subject));
  assert.deepEqual(more, []);
  assert.equal(told[0], 'shop: Recovery Held');
  assert.match(told[1], /^no probe of shop says anything.*see why the probes write no samples/);
});

test('an outage that is only watched for an hour is told of as it is found, and as it is held', async () => {
  const plan = shopPlan({ from: 'mode: automatic', to: 'mode: observe' });
  const happened = await happenInShop({ faults: ['primary-outage'], forSeconds: 3600, plan });
  assert.ok(looks(happened) > 50);
  assert.deepEqual(
    toldBy(happened)
      .map(([subject]) => subject)
      .filter((subject) => !/Readiness/.test(subject)),
    ['shop: Failure Detected', 'shop: Recovery Held'],
  );
});

test('a recovery that was decided and cannot be started is told of once, with what a person can do', async () => {
  const happened = await happenInShop({
    faults: ['primary-outage'],
    forSeconds: 3600,
    sabotage: (sim) => {
      refuseToStartFailovers(sim);
    },
  });
  const told = toldBy(happened).filter(([subject]) => !/Readiness/.test(subject));
  assert.deepEqual(
    told.map(([subject]) => subject),
    ['shop: Failure Detected', 'shop: Recovery Started', 'shop: Recovery Held'],
  );
  assert.match(told[2]?.[1] ?? '', /was decided .* and could not be started.*lifeboat failover shop\n/);
  assert.match(told[2]?.[1] ?? '', /npm run -s lifeboat -- status --aws/, 'and how it is typed');
});

test('what people could not be told at once is told them once they can be, and machines hear it once', async () => {
  const plan = shopPlan({ from: 'mode: automatic', to: 'mode: observe' });
  const happened = await happenInShop({
    faults: ['primary-outage'],
    forSeconds: 1200,
    plan,
    sabotage: (sim) => {
      let isMute = true;
      sim.clock.after(240_000, () => {
        isMute = false;
      });
      const error = new AwsError('InternalError', 'no', 500);
      sim.faults.push(({ operation }) =>
        isMute && operation === 'Publish' ? { kind: 'error', error } : undefined,
      );
    },
  });
  const expected = ['Failure Detected', 'Recovery Held'];
  const people = toldBy(happened).map(([subject]) => subject.replace('shop: ', ''));
  const machines = noticesOf(happened.account.sim).map(({ name }) => name);
  for (const heard of [people, machines])
    assert.deepEqual(
      heard.filter((name) => name !== 'Readiness Changed'),
      expected,
    );
});

test('where nobody is woken, a rehearsal tells how it ended and nothing of probes that do not run', async () => {
  const { account, evidence } = await rehearseShop({ kind: 'failover', sabotage: hurry });
  assert.equal(evidence.outcome, 'recovered', evidence.reason ?? '');
  assert.deepEqual(
    toldBy({ account }).map(([subject]) => subject),
    ['shop recovered'],
  );
});
