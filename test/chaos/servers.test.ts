import assert from 'node:assert/strict';
import test from 'node:test';
import { tagKeys } from '../../recovery/identity.ts';
import type { Instance } from '../../simulator/ec2/state.ts';
import { assertSound } from './sound.ts';
import { all, type Breaks, calls, later, refusal, worldFault } from './strikes.ts';
import { strike } from './struck.ts';

const failover = { kind: 'failover', seed: 2 } as const;
const drill = { kind: 'drill', seed: 1 } as const;
const types = ['m7g.large', 'm6g.large'];
const internalError = {
  code: 'Server.InternalError',
  message: 'Server.InternalError: Internal error on launch',
};

function isWorker({ tags }: Instance): boolean {
  return tags[tagKeys.item] === 'servers.worker';
}

function isStanding({ tags }: Instance): boolean {
  return tags['Environment'] === 'DR' && tags[tagKeys.recovery] === undefined;
}

function capacity(zones: readonly string[], count: number): Breaks {
  return ({ region }) => {
    for (const zone of zones)
      for (const type of types) region.ec2.setCapacity(region.name + zone, type, count);
  };
}

/** The first instances of a kind fall back from `pending`. */
function launchesFail(count: number, applies: (instance: Instance) => boolean): Breaks {
  return ({ region }) => {
    let failed = 0;
    region.ec2.launchFault = (instance) =>
      applies(instance) && failed++ < count ? internalError : undefined;
  };
}

/** Loses the worker that runs, without anyone having asked for it. */
function loseWorker(seconds: number, how: 'stop' | 'terminate'): Breaks {
  return later(seconds, ({ region }) => {
    const worker = [...region.ec2.instances.values()].find(
      (each) => isWorker(each) && each.state === 'running',
    );
    assert.ok(worker, `no worker runs after ${seconds} s`);
    region.ec2.lifecycle[how](worker);
  });
}

test('servers are launched where there is capacity when a zone has none', async () => {
  const replaced = true;
  assertSound('failover', await strike({ ...failover, with: capacity(['a'], 0) }), { replaced });
  assertSound('drill', await strike({ ...drill, with: capacity(['a'], 0) }), { replaced });
});

test('servers wait for capacity that comes back', async () => {
  const gone = all(
    capacity(['a', 'c', 'd'], 0),
    later(300, capacity(['a', 'c', 'd'], Number.POSITIVE_INFINITY)),
  );
  assertSound('gone', await strike({ ...failover, with: gone }), { replaced: true });
});

test('a standing server that cannot be started is replaced by a copy', async () => {
  const never = launchesFail(Number.POSITIVE_INFINITY, isStanding);
  const aftermath = await strike({ ...failover, with: never });
  assertSound('never', aftermath, { replaced: true });
  assert.equal(aftermath.alive('web').length, 2);
});

test('a worker that is lost after the servers were done is replaced, or ends the recovery with a reason in minutes', async () => {
  const lost = await strike({ ...failover, with: loseWorker(200, 'stop') });
  assertSound('stops', lost, { replaced: true, ends: ['recovered', 'failed', 'held'] });
  assert.ok(lost.seconds < 900, `it took ${lost.seconds} s`);
});

test('a device name that stays taken for nine seconds and describes that are half a minute late do no harm', async () => {
  let sinceMs: number | undefined;
  const taken = calls(({ operation }, _input, { sim }) => {
    if (operation !== 'AttachVolume') return undefined;
    sinceMs ??= sim.clock.nowMs();
    const message = 'Invalid value for unixDevice. Attachment point /dev/sdf is already in use';
    return sim.clock.nowMs() - sinceMs < 9000 ? refusal('InvalidParameterValue', 400, message) : undefined;
  });
  const late: Breaks = ({ sim }) => sim.draws.stretch('ec2.describeConsistencyLag', 12);
  assertSound('late', await strike({ ...failover, with: all(taken, late) }));
});

test('documents that fail twice, commands that are listed late and an agent that is silent for minutes are tried again', async () => {
  const failsTwice: Breaks = ({ region: { ssm } }) => {
    for (const [name, does] of ssm.commands.behaviours) {
      let runs = 0;
      ssm.registerGuestDocument(name, (guest, parameters) =>
        runs++ < 2 ? { exitCode: 1, stdout: '', stderr: 'not yet' } : does(guest, parameters),
      );
    }
  };
  const late: Breaks = ({ sim }) => sim.draws.stretch('ssm.getInvocationLag', 5);
  assertSound('fails', await strike({ ...failover, with: all(failsTwice, late) }));
  assertSound('silent', await strike({ ...failover, with: workerFallsSilent(200) }));
});

/** Systems Manager goes on calling the worker's agent online, and it takes no command. */
function workerFallsSilent(seconds: number): Breaks {
  return ({ region, sim }) => {
    region.ssm.agents.onListening((instanceId) => {
      const instance = region.ec2.instances.get(instanceId);
      if (!instance || !isWorker(instance) || isSilenced) return;
      isSilenced = true;
      sim.clock.after(seconds * 1000, region.ssm.silenceAgent(instanceId));
    });
    let isSilenced = false;
  };
}

test('a replica that backs up, or does not show its promotion, is promoted once', async () => {
  const slow: Breaks = ({ sim }) => sim.draws.stretch('rds.promote.apiToStatusChangeLag', 2.5);
  assertSound('backs up', await strike({ ...failover, with: worldFault('replica-backing-up') }));
  assertSound('not shown', await strike({ ...failover, with: slow }));
});
