import assert from 'node:assert/strict';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import { type Machine, taskOf, withoutStep, withoutTask } from '../drill/surgery.ts';
import type { Breakage, Change, CutSteps, NotRetried } from './mutants.ts';

/** The definition that loses steps. */
const machineFile = 'statemachines/recovery.asl.json';

/** The files that a breakage is in, below the root. */
export function brokenFiles(breakage: Breakage): readonly string[] {
  return 'changes' in breakage ? [...new Set(breakage.changes.map(({ file }) => file))] : [machineFile];
}

/** What a file says with the breakage in it. @throws AssertionError where there is not exactly what it breaks */
export function brokenText(breakage: Breakage, file: string, text: string): string {
  if ('changes' in breakage) return changed(breakage.changes, file, text);
  const machine = JSON.parse(text) as Machine;
  const broken =
    'steps' in breakage
      ? breakage.steps.reduce((left, step) => withoutTask(left, taskOf(step)), machine)
      : withoutRetry(machine, breakage.notRetried);
  assert.notDeepEqual(broken, machine, `${file} is another with it`);
  return `${JSON.stringify(broken, null, 2)}\n`;
}

/** A template whose machines are broken. */
export function brokenTemplate(breakage: CutSteps | NotRetried, template: Template): Template {
  return 'steps' in breakage
    ? breakage.steps.reduce(withoutStep, template)
    : withoutRetry(template, breakage.notRetried);
}

/** A source with its changes. @throws AssertionError where what one replaces does not stand there once */
export function changed(changes: readonly Change[], file: string, text: string): string {
  return changes
    .filter((change) => change.file === file)
    .reduce((contents, { from, to }) => {
      assert.equal(contents.split(from).length, 2, `${JSON.stringify(from)} stands once in ${file}`);
      return contents.replace(from, () => to);
    }, text);
}

function withoutRetry<T>(definition: T, task: string): T {
  const text = JSON.stringify(definition, function (this: unknown, key: string, value: unknown) {
    if (key !== task || typeof value !== 'object' || value === null || !('Retry' in value)) return value;
    const { Retry: _retry, ...rest } = value;
    return rest;
  });
  assert.notEqual(text, JSON.stringify(definition), `${task} is tried again`);
  return JSON.parse(text) as T;
}
