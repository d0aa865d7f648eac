import type { Access } from '../../aws/access.ts';
import type { Clock } from '../../aws/clock.ts';
import { Simulator } from '../../simulator/simulator.ts';

/** An empty simulated account, and an access to it as a function of the stack would have. */
export function emptyAccount(seed = 7): {
  readonly sim: Simulator;
  readonly access: (name?: string) => Access;
} {
  const sim = new Simulator({
    seed,
    startMs: Date.parse('2026-03-02T09:00:00Z'),
    accountId: '123456789012',
    regions: { 'ap-northeast-1': ['a', 'c', 'd'] },
  });
  const clock: Clock = { nowMs: () => sim.clock.nowMs(), after: (ms, fire) => sim.clock.after(ms, fire) };
  return {
    sim,
    access: (name = 'caller') => {
      const accessKeyId = `ASIA${name.toUpperCase()}`;
      sim.addCaller({
        accessKeyId,
        arn: `arn:aws:sts::123456789012:assumed-role/${name}/x`,
        userId: `AROA:${name}`,
      });
      return {
        region: 'ap-northeast-1',
        clock,
        stopAtMs: sim.clock.nowMs() + 3_600_000,
        transport: { requestHandler: sim.connect(), credentials: { accessKeyId, secretAccessKey: 'x' } },
      };
    },
  };
}
