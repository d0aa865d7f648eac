import type { Access } from '../../aws/access.ts';
import { openLedger } from '../../aws/ledger.ts';
import { readLedger } from '../../drill/ledger.ts';
import type { Rehearsed } from '../../drill/rehearse.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { seoul, shopPlan, tokyo } from './shop.ts';

export const plan = shopPlan();
/** The failover of the shop with the seed 7. */
export const recovery = 'shop-failover-7';
/** The shop's servers in the primary Region: two of an Auto Scaling group, and one beside it. */
export const servers = ['i-0a22c0ffee0000001', 'i-0a22c0ffee0000002', 'i-0a22c0ffee0000003'];
/** What a fenced database is left with. */
export const fenceGroup = 'sg-0a22c0ffee0000009';
/** What the shop's database has before. */
export const ownGroup = 'sg-0a22c0ffee0000002';

/** What the ledger keeps of the step. */
export const fenceStep = ({ account }: Rehearsed) => readLedger(account, 'shop', recovery).steps.fence!;
/** The security groups of the database in the primary Region. */
export const groupsOf = (sim: Simulator) =>
  sim.region(seoul).rds.instances.get('shop-orders')!.securityGroupIds;
/** The Auto Scaling group in the primary Region. */
export const groupOf = (sim: Simulator) => sim.region(seoul).autoscaling.groups.get('shop-web')!;
/** The state of an instance in the primary Region. */
export const stateOf = (sim: Simulator, id: string) => sim.region(seoul).ec2.instances.get(id)!.state;
/** The calls of one operation, of whoever made them. */
export const calls = (sim: Simulator, operation: string) =>
  sim.transcript.filter((call) => call.operation === operation);

/** The access of the function that tries a fence again, with no more than its role permits, and the recovery's ledger. */
export function asAssess({ account: { sim, stack, ledgerBucket } }: Rehearsed) {
  const roleArn = stack.arn('AssessRole');
  const accessKeyId = 'AKIAASSESS';
  const arn = `arn:aws:sts::123456789012:assumed-role/${roleArn.split('/').at(-1)}/assess`;
  sim.addCaller({ accessKeyId, arn, userId: 'AROAASSESS:assess', roleArn });
  const access: Access = {
    region: tokyo,
    clock: { nowMs: () => sim.clock.nowMs(), after: (ms, fire) => sim.clock.after(ms, fire) },
    stopAtMs: Number.POSITIVE_INFINITY,
    transport: { requestHandler: sim.connect(), credentials: { accessKeyId, secretAccessKey: 'x' } },
  };
  const ledger = openLedger(access, ledgerBucket);
  return { access, ledger, now: () => new Date(sim.clock.nowMs()).toISOString() };
}
