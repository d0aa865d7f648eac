import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { LiveState } from '../recovery/steps/fingerprint.ts';
import { isRecordSwitch } from '../recovery/steps/traffic.ts';
import type { Ec2 } from './ec2.ts';
import { openLoadBalancing } from './elb.ts';
import { gather, gatherEach } from './gather.ts';
import { openRds } from './rds.ts';
import { openRoute53 } from './route53.ts';
import { openSsm } from './ssm.ts';
import type { StepContext } from './step.ts';
import { observeStanding } from './steps/servers/observe.ts';

/** Reads what of the live workload a drill must leave as it is. */
export async function readLiveState(context: StepContext, ec2: Ec2): Promise<Answer<LiveState>> {
  const { plan, access } = context;
  const elb = openLoadBalancing(access);
  const route53 = openRoute53(access);
  const groups = [...new Set(plan.servers.flatMap((item) => item.targetGroup ?? []))];
  const seen = await gather({
    standing: observeStanding(context, ec2),
    databases: openRds(access).databases(),
    settings: openSsm(access).parameters(plan.settings.map((setting) => setting.parameter)),
    records: gatherEach(
      plan.traffic.filter(isRecordSwitch).map((item) => [item.record.name, route53.record(item)]),
    ),
    arns:
      groups.length > 0
        ? elb.groupArns(groups)
        : Promise.resolve({ ok: true as const, value: {} as Readonly<Record<string, string>> }),
  });
  if (!seen.ok) return seen;
  const { standing, databases, settings, records, arns } = seen.value;
  const targets = await gatherEach(groups.map((name) => [name, elb.registered(arns[name] ?? name)]));
  const replicas = new Set(plan.databases.map((item) => item.replica));
  return mapAnswer(targets, (registered) => ({
    instances: Object.values(standing).flat(),
    databases: databases.filter((database) => replicas.has(database.id)),
    records: Object.values(records).filter((record) => record !== 'absent'),
    settings: Object.fromEntries(settings.map((parameter) => [parameter.name, parameter.value])),
    targets: Object.fromEntries(Object.entries(registered).map(([name, ids]) => [name, [...ids]])),
  }));
}
