import type {
  DeleteRuleCommandInput,
  DescribeRuleCommandInput,
  DisableRuleCommandInput,
  ListRuleNamesByTargetCommandInput,
  ListRulesCommandInput,
  ListTargetsByRuleCommandInput,
  PutRuleCommandInput,
  PutTargetsCommandInput,
  RemoveTargetsCommandInput,
} from '@aws-sdk/client-eventbridge';
import defaults from '../defaults.json' with { type: 'json' };
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Operations, RegionName } from '../service.ts';
import type { Bus, Rule } from './bus.ts';
import type { Buses } from './buses.ts';
import { checkName, pageOf } from './names.ts';
import { compilePattern } from './pattern.ts';
import { parseTarget, showTarget } from './target.ts';

const { rulesPerBus, targetsPerRule } = defaults.eventbridge;

/** The rules of one Region's buses. Schedules on rules are not modelled. */
export class Rules {
  readonly #buses: Buses;
  readonly #region: RegionName;

  constructor(buses: Buses, region: RegionName) {
    this.#buses = buses;
    this.#region = region;
  }

  readonly operations: Operations = {
    PutRule: (input: PutRuleCommandInput) => this.#put(input),
    DeleteRule: (input: DeleteRuleCommandInput) => this.#delete(input),
    DescribeRule: ({ Name, EventBusName }: DescribeRuleCommandInput) =>
      show(this.#find(Name, EventBusName).rule),
    ListRules: (input: ListRulesCommandInput) => this.#list(input),
    EnableRule: (input: DisableRuleCommandInput) => this.#switch(input, true),
    DisableRule: (input: DisableRuleCommandInput) => this.#switch(input, false),
    PutTargets: (input: PutTargetsCommandInput) => this.#putTargets(input),
    RemoveTargets: (input: RemoveTargetsCommandInput) => this.#removeTargets(input),
    ListTargetsByRule: ({ Rule: name, EventBusName, Limit, NextToken }: ListTargetsByRuleCommandInput) => {
      const { page, ...rest } = pageOf(
        [...this.#find(name, EventBusName).rule.targets.values()],
        Limit,
        NextToken,
      );
      return { Targets: page.map(showTarget), ...rest };
    },
    ListRuleNamesByTarget: ({
      TargetArn,
      EventBusName,
      Limit,
      NextToken,
    }: ListRuleNamesByTargetCommandInput) => {
      const rules = [...this.#buses.find(EventBusName).rules.values()];
      const found = rules.filter(({ targets }) => [...targets.values()].some(({ arn }) => arn === TargetArn));
      const { page, ...rest } = pageOf(found, Limit, NextToken);
      return { RuleNames: page.map(({ name }) => name), ...rest };
    },
  };

  /** Puts a rule; one of the same name is replaced and keeps its targets. */
  #put(input: PutRuleCommandInput) {
    refuseUnmodelled('events:PutRule', input, [
      'Name',
      'EventPattern',
      'State',
      'Description',
      'RoleArn',
      'Tags',
      'EventBusName',
    ]);
    checkName(input.Name, 64, 'name');
    const { Name: name, EventPattern: patternText, State = 'ENABLED' } = input;
    if (patternText === undefined) {
      throw new AwsError(
        'ValidationException',
        'Parameter(s) EventPattern or ScheduleExpression must be specified.',
      );
    }
    if (State !== 'ENABLED' && State !== 'DISABLED')
      throw new NotSimulated(`events:PutRule with the state ${State}`);
    const bus = this.#buses.find(input.EventBusName);
    const existing = bus.rules.get(name);
    if (!existing && bus.rules.size >= rulesPerBus) {
      throw new AwsError(
        'LimitExceededException',
        'The requested resource exceeds the maximum number allowed.',
      );
    }
    const path = bus.name === 'default' ? name : `${bus.name}/${name}`;
    const rule: Rule = {
      name,
      arn: bus.arn.replace(/event-bus\/.*$/, `rule/${path}`),
      busName: bus.name,
      patternText,
      matches: compilePattern(patternText),
      isEnabled: State === 'ENABLED',
      description: input.Description,
      roleArn: input.RoleArn,
      targets: existing?.targets ?? new Map(),
      tags: existing?.tags ?? input.Tags ?? [],
    };
    bus.rules.set(name, rule);
    return { RuleArn: rule.arn };
  }

  /** A rule must lose its targets first. Deleting one that is not there succeeds. */
  #delete({ Name, EventBusName }: DeleteRuleCommandInput) {
    const bus = this.#buses.find(EventBusName);
    const rule = bus.rules.get(Name ?? '');
    if (rule && rule.targets.size > 0) {
      throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
    }
    bus.rules.delete(Name ?? '');
    return {};
  }

  #list({ EventBusName, NamePrefix = '', Limit, NextToken }: ListRulesCommandInput) {
    const found = [...this.#buses.find(EventBusName).rules.values()].filter(({ name }) =>
      name.startsWith(NamePrefix),
    );
    const { page, ...rest } = pageOf(found, Limit, NextToken);
    return { Rules: page.map(show), ...rest };
  }

  #switch({ Name, EventBusName }: DisableRuleCommandInput, isEnabled: boolean) {
    const { bus, rule } = this.#find(Name, EventBusName);
    bus.rules.set(rule.name, { ...rule, isEnabled });
    return {};
  }

  #putTargets(input: PutTargetsCommandInput) {
    const { bus, rule } = this.#find(input.Rule, input.EventBusName);
    const given = (input.Targets ?? []).map((target) => parseTarget(target, this.#region));
    const targets = new Map([...rule.targets, ...given.map((target) => [target.id, target] as const)]);
    if (targets.size > targetsPerRule) {
      throw new AwsError(
        'LimitExceededException',
        'The requested resource exceeds the maximum number allowed.',
      );
    }
    bus.rules.set(rule.name, { ...rule, targets });
    return { FailedEntryCount: 0, FailedEntries: [] };
  }

  #removeTargets({ Rule: name, EventBusName, Ids = [] }: RemoveTargetsCommandInput) {
    const { bus, rule } = this.#find(name, EventBusName);
    const missing = Ids.filter((id) => !rule.targets.has(id));
    const targets = new Map([...rule.targets].filter(([id]) => !Ids.includes(id)));
    bus.rules.set(rule.name, { ...rule, targets });
    const FailedEntries = missing.map((TargetId) => ({
      TargetId,
      ErrorCode: 'ResourceNotFoundException',
      ErrorMessage: `Rule ${rule.name} does not have a target with the Id ${TargetId}.`,
    }));
    return { FailedEntryCount: missing.length, FailedEntries };
  }

  #find(name: string | undefined, busName: string | undefined): { readonly bus: Bus; readonly rule: Rule } {
    const bus = this.#buses.find(busName);
    const rule = bus.rules.get(name ?? '');
    if (!rule)
      throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus.name}.`);
    return { bus, rule };
  }
}

function show(rule: Rule) {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.patternText,
    State: rule.isEnabled ? 'ENABLED' : 'DISABLED',
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.busName,
  };
}
