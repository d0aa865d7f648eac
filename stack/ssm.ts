import { type CommandDocument, mountDocument, probeDocument } from './documents/documents.ts';

/** What Lifeboat runs on servers, as CloudFormation resources by logical id. */
export function documents(): Readonly<Record<string, object>> {
  return { MountDocument: resource(mountDocument()), ProbeDocument: resource(probeDocument()) };
}

/** A new version instead of a new document: functions of a recovery that runs during a deploy know the old name. */
function resource(content: CommandDocument): object {
  return {
    Type: 'AWS::SSM::Document',
    Properties: {
      DocumentType: 'Command',
      DocumentFormat: 'JSON',
      TargetType: '/AWS::EC2::Instance',
      UpdateMethod: 'NewVersion',
      Content: content,
    },
  };
}
