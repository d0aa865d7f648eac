import assert from 'node:assert/strict';
import test from 'node:test';
import { dateFrom } from '../../aws/clock.ts';

const entered = '2026-11-02T00:08:36.000Z';

/** A host's clock that says so many seconds past the entry of the state, and goes on by hand. */
function hostAt(seconds: number) {
  let nowMs = Date.parse(entered) + seconds * 1000;
  return {
    nowMs: () => nowMs,
    after: () => () => {},
    goOn: (more: number) => {
      nowMs += more * 1000;
    },
  };
}

test('the date is that of the state, and what has elapsed since the invocation began, whatever the host says', () => {
  const host = hostAt(200);
  const now = dateFrom(host, { now: entered });
  assert.equal(now(), entered);
  host.goOn(2.5);
  assert.equal(now(), '2026-11-02T00:08:38.500Z');
  assert.equal(dateFrom(host, { now: entered, retries: 0 })(), entered);
});

test('a task that is tried again goes by the host, since its state was entered long ago', () => {
  const host = hostAt(62);
  const now = dateFrom(host, { now: entered, retries: 1 });
  assert.equal(now(), '2026-11-02T00:09:38.000Z');
  host.goOn(1);
  assert.equal(now(), '2026-11-02T00:09:39.000Z');
});

test('a host whose clock is behind does not turn the date back', () => {
  assert.equal(dateFrom(hostAt(-90), { now: entered, retries: 2 })(), entered);
});
