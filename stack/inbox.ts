import { installedPlans, readInstallation } from './installation.ts';
import { outpostsOf } from './outposts.ts';
import { role } from './roles.ts';
import { allow, type CfnValue } from './statements.ts';

/** The bus of the recovery Region that the forwarders of other Regions write to. */
export const inboxName = 'lifeboat-${sls:stage}-inbox';

/** The role of the forwarders of one Region: by name, so that the bus in another Region can know them. */
function forwarderName(region: string): string {
  return `lifeboat-\${sls:stage}-forward-${region}`;
}

/**
 * The bus and its policy: nobody but the forwarders puts an event there, whatever else a role in the account permits. It is a
 * bus of its own since a denial on the default bus would hit everything else in the account that puts events on that one.
 * The forwarders are roles, and a rule that delivers with a role is known by it (EventBridge User Guide, permissions for event
 * buses; IAM User Guide, aws:PrincipalArn).
 */
export async function inbox(): Promise<Readonly<Record<string, object>>> {
  const outposts = outpostsOf(await installedPlans(), readInstallation().recoveryRegion);
  const forwarders = outposts.map(
    ({ region }): CfnValue => ({
      'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${forwarderName(region)}`,
    }),
  );
  return {
    Inbox: { Type: 'AWS::Events::EventBus', Properties: { Name: inboxName } },
    InboxPolicy: {
      Type: 'AWS::Events::EventBusPolicy',
      Properties: {
        EventBusName: { Ref: 'Inbox' },
        StatementId: 'OnlyForwarders',
        Statement: {
          Effect: 'Deny',
          Principal: '*',
          Action: 'events:PutEvents',
          Resource: { 'Fn::GetAtt': ['Inbox', 'Arn'] },
          Condition: { ArnNotEquals: { 'aws:PrincipalArn': forwarders } },
        },
      },
    },
  };
}

/** What passes events on in an outpost: it may put them on that one bus and nowhere else. */
export function forwarder(): Readonly<Record<string, object>> {
  const made = role('events.amazonaws.com', 'forward', [
    allow(
      ['events:PutEvents'],
      [
        {
          'Fn::Sub': `arn:\${AWS::Partition}:events:\${RecoveryRegion}:\${AWS::AccountId}:event-bus/${inboxName}`,
        },
      ],
    ),
  ]) as { readonly Type: string; readonly Properties: object };
  const RoleName = { 'Fn::Sub': forwarderName('${AWS::Region}') };
  return { RulesRole: { ...made, Properties: { RoleName, ...made.Properties } } };
}
