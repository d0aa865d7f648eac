/** A rule passes on a part of an event only: what is read of that part is what is read of the whole. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { InputTransformer } from '@aws-sdk/client-eventbridge';
import { parseEvent } from '../../recovery/signals/parse.ts';
import type { EventEnvelope } from '../../simulator/events/envelope.ts';
import { compilePattern } from '../../simulator/events/pattern.ts';
import { transform } from '../../simulator/events/transformer.ts';
import { responseRules } from '../../stack/rules.ts';
import { eventFiles } from './files.ts';

interface Rule {
  readonly Properties: {
    readonly EventPattern: object;
    readonly Targets: readonly { readonly InputTransformer: InputTransformer }[];
  };
}

/** What a later reader asks AWS for, or does not need: no rule has to pass it on. */
const notPassedOn = new Set(['backup', 'says', 'type', 'reason', 'reasonData', 'error', 'cause', 'plan']);
const occasion = { ruleName: 'rule', ruleArn: 'arn:rule', receivedAt: '2026-11-02T00:25:00Z' };

function reads(event: unknown): object {
  return Object.fromEntries(Object.entries(parseEvent(event)).filter(([member]) => !notPassedOn.has(member)));
}

const rules = Object.entries(await responseRules()).filter(
  (entry): entry is [string, Rule] => 'EventPattern' in ((entry[1] as Partial<Rule>).Properties ?? {}),
);

for (const [id, { Properties }] of rules) {
  describe(`the rule ${id}`, () => {
    const matches = compilePattern(JSON.stringify(Properties.EventPattern));
    for (const { path, kind, text } of eventFiles) {
      const event = JSON.parse(text) as EventEnvelope;
      if (kind !== 'sample' || !matches(event)) continue;
      test(`passes on what matters of ${path}`, () => {
        for (const target of Properties.Targets) {
          const passedOn = JSON.parse(transform(target.InputTransformer, event, occasion)) as {
            event: unknown;
          };
          assert.deepEqual(reads(passedOn.event), reads(event));
        }
      });
    }
  });
}
