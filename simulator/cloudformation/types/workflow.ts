import { NotSimulated } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { ResolvedResource, ResourceModels } from '../model.ts';
import { object, pathOf, text } from '../properties.ts';
import { TemplateError } from '../template.ts';

/** State machines, with their definition's substitutions filled in. */
export const workflowModels: ResourceModels = {
  'AWS::StepFunctions::StateMachine': {
    nameProperty: 'StateMachineName',
    identify: ({ name, arn }) => {
      const machineArn = arn('states', `stateMachine:${name}`);
      return { ref: machineArn, attributes: { Arn: machineArn, Name: name } };
    },
    modelled: [
      'Definition',
      'DefinitionString',
      'DefinitionSubstitutions',
      'LoggingConfiguration',
      'RoleArn',
      'StateMachineName',
      'StateMachineType',
    ],
    inert: ['Tags'],
    create(machine, deployment) {
      const roleArn = text(machine, 'RoleArn');
      deployment.requireTrust(roleArn, 'states.amazonaws.com', pathOf(machine, 'RoleArn'));
      if (machine.properties['StateMachineType'] === 'EXPRESS')
        throw new NotSimulated('an EXPRESS state machine');
      deployment.region.states.createMachine({
        name: machine.name,
        definition: definitionOf(machine),
        roleArn,
        ...('LoggingConfiguration' in machine.properties && {
          loggingConfiguration: loggingOf(object(machine, 'LoggingConfiguration')),
        }),
      });
    },
  },
};

/**
 * The text of the definition, each `${name}` replaced (CloudFormation User Guide, DefinitionSubstitutions).
 * @throws TemplateError for a name that is not given: the machine would call a function of that very name
 */
function definitionOf(machine: ResolvedResource): string {
  const { Definition: definition, DefinitionString: given } = machine.properties;
  if ((definition === undefined) === (given === undefined)) {
    throw new TemplateError(pathOf(machine, 'Definition'), 'it takes either Definition or DefinitionString');
  }
  const substitutions =
    'DefinitionSubstitutions' in machine.properties ? object(machine, 'DefinitionSubstitutions') : {};
  const pattern = given === undefined ? JSON.stringify(definition) : text(machine, 'DefinitionString');
  return pattern.replace(/\$\{([^{}]+)\}/g, (_match, name: string) => {
    const value = substitutions[name];
    if (value !== undefined) return String(value);
    throw new TemplateError(pathOf(machine, 'DefinitionSubstitutions'), `there is none for \${${name}}`);
  });
}

/** CloudFormation writes the members with a capital, the service's API without. */
function loggingOf(logging: JsonObject) {
  const destinations = (logging['Destinations'] ?? []) as readonly {
    CloudWatchLogsLogGroup: { LogGroupArn: string };
  }[];
  return {
    level: logging['Level'] as 'ALL' | 'ERROR' | 'FATAL' | 'OFF',
    includeExecutionData: logging['IncludeExecutionData'] === true,
    destinations: destinations.map(({ CloudWatchLogsLogGroup: group }) => ({
      cloudWatchLogsLogGroup: { logGroupArn: group.LogGroupArn },
    })),
  };
}
