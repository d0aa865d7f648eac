import { checkConformance, losses } from './wire-conformance.ts';

checkConformance({
  packageName: '@aws-sdk/client-ec2',
  clientName: 'EC2Client',
  signingName: 'ec2',
  inputLosses: losses.ec2,
  notShort: ['CopySnapshot'],
  adjustInput(operation, input) {
    // The client signs a URL of its own where it is not given one.
    if (operation === 'CopySnapshot')
      Object.assign(input, { PresignedUrl: 'https://given.example', DestinationRegion: 'eu-west-1' });
  },
});
