import assert from 'node:assert/strict';
import type { StepName } from '../../recovery/terms.ts';
import type { Template } from '../../simulator/cloudformation/deploy.ts';

interface State {
  readonly Type: string;
  readonly Branches?: readonly Machine[];
  readonly [field: string]: unknown;
}

/** A machine's definition. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** The name of a step's Task in the machine, and of its function in the template. */
export function taskOf(step: StepName): string {
  return step === 'cleanup' ? 'CleanUp' : step.charAt(0).toUpperCase() + step.slice(1);
}

/**
 * A template whose machines have no such step any more: its Task, Choice and Wait are gone, and what led to the Task leads
 * to where the Choice led when the step was done.
 */
export function withoutStep(template: Template, step: StepName): Template {
  const task = taskOf(step);
  const resources = Object.entries(template.Resources).map(([id, resource]) => {
    if (resource.Type !== 'AWS::StepFunctions::StateMachine') return [id, resource] as const;
    const { Definition, ...rest } = resource.Properties as unknown as { readonly Definition: Machine };
    return [id, { ...resource, Properties: { ...rest, Definition: withoutTask(Definition, task) } }] as const;
  });
  return { ...template, Resources: Object.fromEntries(resources) } as Template;
}

/** A machine that has no such Task any more, as `withoutStep` says. */
export function withoutTask(machine: Machine, task: string): Machine {
  const choice = machine.States[`${task}Next`];
  if (!choice) {
    const states = Object.entries(machine.States).map(([name, state]) => {
      const { Branches: branches } = state;
      return [
        name,
        branches ? { ...state, Branches: branches.map((one) => withoutTask(one, task)) } : state,
      ] as const;
    });
    return { ...machine, States: Object.fromEntries(states) };
  }
  const successor = whenDone(choice);
  const { [task]: _cutOut, ...states } = machine.States;
  const rerouted = JSON.parse(
    JSON.stringify(states).replaceAll(
      new RegExp(`"(Next|Default)":"${task}"`, 'g'),
      (_whole, field: string) => `"${field}":"${successor}"`,
    ),
  ) as Machine['States'];
  return withoutUnreachable(machine.StartAt === task ? successor : machine.StartAt, rerouted);
}

/** Step Functions refuses a state that nothing leads to, such as the Choice of a step that is gone. */
function withoutUnreachable(start: string, states: Machine['States']): Machine {
  const reached = new Set<string>();
  const ahead = [start];
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const { Branches: _inside, ...state } = states[name] ?? assert.fail(`there is no state ${name}`);
    for (const [, next] of JSON.stringify(state).matchAll(/"(?:Next|Default)":"(\w+)"/g)) ahead.push(next!);
  }
  const kept = Object.entries(states).filter(([name]) => reached.has(name));
  return { StartAt: start, States: Object.fromEntries(kept) };
}

/** Where a step's Choice leads when the step is done: the branch that names `done`, or the default. */
function whenDone(choice: State): string {
  const rules = (choice['Choices'] ?? []) as readonly { readonly Next: string }[];
  const rule = rules.find((one) => JSON.stringify(one).includes('"done"'));
  return rule?.Next ?? (choice['Default'] as string);
}
