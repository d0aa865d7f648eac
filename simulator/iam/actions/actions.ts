import type { ServiceName } from '../../service.ts';
import type { ActionTable } from '../check.ts';
import { autoscalingActions } from './autoscaling.ts';
import { cloudwatchActions } from './cloudwatch.ts';
import { ec2Actions } from './ec2.ts';
import { elbActions } from './elb.ts';
import { eventsActions } from './events.ts';
import { iamActions } from './iam.ts';
import { kmsActions } from './kms.ts';
import { rdsActions } from './rds.ts';
import { route53Actions } from './route53.ts';
import { s3Actions } from './s3.ts';
import { servicequotasActions } from './servicequotas.ts';
import { snsActions } from './sns.ts';
import { ssmActions } from './ssm.ts';
import { statesActions } from './states.ts';

/** What each service's operations ask permission for. */
export const actions: Readonly<Record<ServiceName, ActionTable>> = {
  autoscaling: autoscalingActions,
  ec2: ec2Actions,
  elasticloadbalancing: elbActions,
  events: eventsActions,
  iam: iamActions,
  kms: kmsActions,
  monitoring: cloudwatchActions,
  rds: rdsActions,
  route53: route53Actions,
  s3: s3Actions,
  servicequotas: servicequotasActions,
  sns: snsActions,
  ssm: ssmActions,
  states: statesActions,
  // Everyone may ask who they are, whatever their policies say (STS API Reference, GetCallerIdentity).
  sts: { GetCallerIdentity: () => [] },
};
