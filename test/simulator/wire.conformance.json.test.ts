import { checkConformance, losses } from './wire-conformance.ts';

checkConformance({
  packageName: '@aws-sdk/client-ssm',
  clientName: 'SSMClient',
  signingName: 'ssm',
  inputLosses: losses.json,
  notShort: [],
});
checkConformance({
  packageName: '@aws-sdk/client-kms',
  clientName: 'KMSClient',
  signingName: 'kms',
  inputLosses: losses.json,
  notShort: [],
});
checkConformance({
  packageName: '@aws-sdk/client-service-quotas',
  clientName: 'ServiceQuotasClient',
  signingName: 'servicequotas',
  inputLosses: losses.json,
  notShort: [],
});
checkConformance({
  packageName: '@aws-sdk/client-sfn',
  clientName: 'SFNClient',
  signingName: 'states',
  inputLosses: losses.json,
  notShort: [],
});
checkConformance({
  packageName: '@aws-sdk/client-eventbridge',
  clientName: 'EventBridgeClient',
  signingName: 'events',
  inputLosses: losses.json,
  notShort: [],
  adjustInput(_, input) {
    // A global endpoint is signed with SigV4a, which needs a package that is not installed.
    delete input['EndpointId'];
  },
});
checkConformance({
  packageName: '@aws-sdk/client-cloudwatch',
  clientName: 'CloudWatchClient',
  signingName: 'monitoring',
  inputLosses: losses.json,
  notShort: [],
});
