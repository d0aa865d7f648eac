import { checkConformance, losses } from './wire-conformance.ts';

checkConformance({
  packageName: '@aws-sdk/client-auto-scaling',
  clientName: 'AutoScalingClient',
  signingName: 'autoscaling',
  inputLosses: losses.query,
  notShort: [],
});
checkConformance({
  packageName: '@aws-sdk/client-iam',
  clientName: 'IAMClient',
  signingName: 'iam',
  signingRegion: 'us-east-1',
  inputLosses: losses.query,
  notShort: [],
});
checkConformance({
  packageName: '@aws-sdk/client-rds',
  clientName: 'RDSClient',
  signingName: 'rds',
  inputLosses: losses.query,
  notShort: [
    'CopyDBClusterSnapshot',
    'CopyDBSnapshot',
    'CreateDBCluster',
    'CreateDBInstanceReadReplica',
    'StartDBInstanceAutomatedBackupsReplication',
  ],
});
checkConformance({
  packageName: '@aws-sdk/client-sns',
  clientName: 'SNSClient',
  signingName: 'sns',
  inputLosses: losses.query,
  notShort: [],
});
checkConformance({
  packageName: '@aws-sdk/client-sts',
  clientName: 'STSClient',
  signingName: 'sts',
  inputLosses: losses.query,
  notShort: ['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'],
  exempt: {
    AssumeRoleWithSAML: 'clients do not sign it, and the simulator knows a service by the signature',
    AssumeRoleWithWebIdentity: 'clients do not sign it, and the simulator knows a service by the signature',
  },
});
checkConformance({
  packageName: '@aws-sdk/client-elastic-load-balancing-v2',
  clientName: 'ElasticLoadBalancingV2Client',
  signingName: 'elasticloadbalancing',
  inputLosses: losses.query,
  notShort: [],
});
