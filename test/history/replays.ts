import { readOutages } from '../../drill/history/read.ts';
import { type Replay, replay } from '../../drill/history/replay.ts';
import { tell } from '../../drill/history/tell.ts';
import type { HistoryPlan } from '../../report/history.ts';
import { packagedTemplates } from '../../stack/template.ts';
import { shopPlan, shopWorld } from '../drill/shop.ts';

/** What is replayed, in which account. */
export const how: Replay = {
  given: { plan: shopPlan(), world: shopWorld() },
  templates: (await packagedTemplates()) as Replay['templates'],
  seed: 1,
};

/** How a replay has to end, what holds it back, in which order of length, and the codes that its steps give. */
export interface Expected {
  readonly outcome: HistoryPlan['outcome'];
  readonly heldBy?: readonly string[];
  readonly codes?: readonly string[];
}

/** Every plan that is replayed, as `<outage>/<plan>`. */
export const expected: Readonly<Record<string, Expected>> = {
  'december-2021/shop': { outcome: 'none', heldBy: ['PrimaryAnswers'] },
  'december-2021/behind-api-gateway': { outcome: 'recovered' },
  'december-2021/behind-api-gateway-by-record': { outcome: 'recovered' },
  'december-2021/behind-api-gateway-approve': { outcome: 'held', codes: ['ApprovalTimedOut', 'held'] },
  'december-2021/behind-api-gateway-from-inside': {
    outcome: 'none',
    heldBy: ['SignalsSilent', 'HealthAlone'],
  },
  'october-2025/shop': { outcome: 'none', heldBy: ['PrimaryAnswers'] },
  'october-2025/with-dynamodb': { outcome: 'recovered' },
  'october-2025/with-dynamodb-by-record': { outcome: 'recovered' },
  'october-2025/with-dynamodb-approve': { outcome: 'recovered' },
  'october-2025/with-dynamodb-from-inside': { outcome: 'recovered', heldBy: ['OneVantage'] },
  'october-2025/into-us-east-1': { outcome: 'failed', codes: ['BoundReached', 'NoServer', 'failed'] },
  'october-2025/into-us-east-1-without-network': {
    outcome: 'failed',
    codes: ['AgentOffline', 'NoServer', 'failed'],
  },
  'march-2026/shop': { outcome: 'recovered' },
  'march-2026/by-record': { outcome: 'recovered' },
  'march-2026/worker-in-the-other-zone': { outcome: 'none', heldBy: ['PrimaryAnswers'] },
  'march-2026/second-zone': { outcome: 'recovered', heldBy: ['PrimaryAnswers'] },
  'march-2026/observe': { outcome: 'none', heldBy: ['Observe'] },
  'march-2026/from-inside': { outcome: 'none', heldBy: ['HealthAlone'] },
  'march-2026/neighbours': { outcome: 'none', heldBy: ['RecoveryRegionImpaired', 'LedgerUnreadable'] },
  'may-2026/shop': { outcome: 'recovered' },
  'may-2026/by-record': { outcome: 'recovered' },
  'may-2026/worker-in-another-zone': { outcome: 'none', heldBy: ['PrimaryAnswers'] },
  'may-2026/approve': { outcome: 'recovered' },
  'may-2026/from-inside': { outcome: 'none', heldBy: ['HealthAlone'] },
  'may-2026/into-us-east-1': { outcome: 'recovered' },
};

/** What a replay ended with, as far as it is expected; what held it for less than two minutes is not. */
export function endOf({ outcome, heldBy, codes }: HistoryPlan): Required<Expected> {
  const long = heldBy.filter(({ seconds }) => seconds >= 120).map(({ code }) => code);
  return { outcome, heldBy: long, codes };
}

/** The same, as it has to be. */
export function wantedOf(name: string): Required<Expected> | undefined {
  const wanted = expected[name];
  return wanted && { heldBy: [], codes: [], ...wanted };
}

/** Replays one plan by its name. */
export async function replayed(name: string): Promise<HistoryPlan> {
  const [wanted, plan] = name.split('/');
  const outage = readOutages().find((each) => each.outage === wanted);
  const one = outage?.plans.find((each) => each.plan === plan);
  if (!outage || !one) throw new TypeError(`nobody replays ${name}`);
  return tell(await replay(outage, one, how));
}
