import type { ResourceModels } from '../model.ts';
import { object, text } from '../properties.ts';

/** Buckets. Access control lists are not simulated, so that who owns an object changes nothing. */
export const storageModels: ResourceModels = {
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    // A generated name is in small letters: S3 takes no others.
    identify: ({ name: given, property }) => {
      const name = property('BucketName') === undefined ? given.toLowerCase() : given;
      return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}` } };
    },
    modelled: ['BucketEncryption', 'BucketName', 'PublicAccessBlockConfiguration', 'VersioningConfiguration'],
    inert: ['OwnershipControls', 'Tags'],
    create(bucket, deployment) {
      const { s3 } = deployment.sim;
      const { name: region } = deployment.region;
      const Bucket = bucket.ref;
      const elsewhere = region !== 'us-east-1' && {
        CreateBucketConfiguration: { LocationConstraint: region },
      };
      deployment.ask(s3, 'CreateBucket', { Bucket, ...elsewhere });
      const { BucketEncryption, PublicAccessBlockConfiguration, VersioningConfiguration } = bucket.properties;
      if (VersioningConfiguration)
        deployment.ask(s3, 'PutBucketVersioning', { Bucket, VersioningConfiguration });
      if (PublicAccessBlockConfiguration) {
        deployment.ask(s3, 'PutPublicAccessBlock', { Bucket, PublicAccessBlockConfiguration });
      }
      if (BucketEncryption) {
        const rules = object(bucket, 'BucketEncryption')['ServerSideEncryptionConfiguration'] as readonly {
          readonly ServerSideEncryptionByDefault: object;
        }[];
        const Rules = rules.map((rule) => ({
          ApplyServerSideEncryptionByDefault: rule.ServerSideEncryptionByDefault,
        }));
        deployment.ask(s3, 'PutBucketEncryption', { Bucket, ServerSideEncryptionConfiguration: { Rules } });
      }
    },
  },
  'AWS::S3::BucketPolicy': {
    identify: ({ property }) => ({ ref: String(property('Bucket')), attributes: {} }),
    modelled: ['Bucket', 'PolicyDocument'],
    inert: [],
    create(policy, deployment) {
      const Policy = JSON.stringify(object(policy, 'PolicyDocument'));
      deployment.ask(deployment.sim.s3, 'PutBucketPolicy', { Bucket: text(policy, 'Bucket'), Policy });
    },
  },
};
