import type { Evidence } from '../../report/evidence.ts';

/** A drill that went well, with something in every list that can be filled without spoiling it. */
export const drilled: Evidence = {
  recovery: 'shop-drill-4f21c09be7',
  plan: 'shop',
  kind: 'drill',
  scope: 'full',
  seed: 7,
  outcome: 'drilled',
  reason: 'a restored copy stood in for the promotion',
  rtoSeconds: 1504,
  rpoSeconds: 2711,
  objectives: { rtoSeconds: 1800, rpoSeconds: 300, met: null },
  phases: { detectSeconds: 0, decideSeconds: 0.4, executeSeconds: 1391, verifySeconds: 113 },
  criticalPathSeconds: 1322.5,
  steps: [
    step('open', 'done', 0, 2.2, 1, 0),
    step('servers', 'done', 3, 141, 4, 2),
    step('volumes', 'done', 3, 68, 3, 1),
    step('databases', 'done', 3, 1290, 31, 1),
    { name: 'traffic', status: 'skipped', startedAt: at(1500), endedAt: at(1501), attempts: 1, resources: 0 },
    { name: 'sweep', status: null, startedAt: null, endedAt: null, attempts: 0, resources: 0 },
  ],
  apiCalls: 211,
  historyEvents: 640,
  largestPayloadBytes: 1893,
  traffic: { switchedAt: null, target: null },
  violations: [],
  leaks: [],
  planHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  regions: { primary: 'ap-northeast-2', recovery: 'ap-northeast-1' },
  startedAt: at(0),
  endedAt: at(1733),
  onsetAt: at(0),
  verifiedAt: at(1504),
  metReason: 'restoring a snapshot takes longer than promoting the replica',
  repeat: 'npm run drill -- shop --seed 7',
  faults: ['throttled-ec2'],
  decisions: [
    {
      at: at(0),
      decision: 'recover',
      analysis: 'DrillRequested',
      blockedBy: null,
      reason: 'the monthly schedule asked for a drill',
      unblock: null,
    },
  ],
  explanations: [{ step: 'traffic', code: null, reason: 'a drill has no record of its own', unblock: null }],
  overrides: [],
  dataLoss: [
    {
      item: 'databases.orders',
      leastSeconds: 2700,
      mostSeconds: 2711,
      basis: 'snapshot rds:shop-orders-copy',
    },
    { item: 'volumes.data', leastSeconds: null, mostSeconds: 1820, basis: 'snapshot snap-0b1d' },
  ],
  resources: [
    { step: 'servers', region: 'ap-northeast-1', type: 'instance', id: 'i-0c2f4a7e9d1b3c5f7' },
    { step: 'databases', region: 'ap-northeast-1', type: 'dbInstance', id: 'lifeboat-orders-2f7d11c0aa' },
  ],
  surplus: [],
  criticalChain: [
    { name: 'restore', subject: 'databases.orders', seconds: 1262.5 },
    { name: 'reload', subject: null, seconds: 60 },
  ],
  timeline: [{ at: at(68), source: 'aws.ec2', message: 'volume vol-0a9 became available' }],
};

/** A failover that was stopped on the way and left something behind. */
export const failed: Evidence = {
  ...drilled,
  recovery: 'shop-failover-77ab',
  kind: 'failover',
  scope: null,
  seed: null,
  outcome: 'failed',
  reason: 'databases: the replica could not be promoted',
  rtoSeconds: null,
  rpoSeconds: null,
  objectives: { rtoSeconds: 1800, rpoSeconds: 300, met: false },
  phases: { detectSeconds: 61, decideSeconds: 1, executeSeconds: null, verifySeconds: null },
  criticalPathSeconds: null,
  criticalChain: [],
  steps: drilled.steps.map((each) => (each.name === 'databases' ? { ...each, status: 'failed' } : each)),
  endedAt: null,
  verifiedAt: null,
  repeat: null,
  violations: ['one', 'two', 'three', 'four'].map((name) => ({
    checker: `checker-${name}`,
    at: at(80),
    message: `rule ${name} broke`,
  })),
  leaks: [{ region: 'ap-northeast-1', type: 'volume', id: 'vol-0leak' }],
  surplus: [
    { region: 'ap-northeast-1', type: 'instance', id: 'i-0slow', reason: 'replaced by i-0fast' },
    { region: 'ap-northeast-1', type: 'volume', id: 'vol-0idle', reason: null },
  ],
  explanations: [
    {
      step: 'databases',
      code: 'InvalidDBInstanceState',
      reason: 'the replica is backing-up',
      unblock: 'wait for its backup to end, then continue',
    },
  ],
  overrides: [
    {
      code: 'LagTooHigh',
      reason: 'the replica was 900 s behind',
      by: 'AROAOPS:alice',
      at: at(40),
      comment: 'fifteen minutes are lost',
    },
  ],
};

function at(seconds: number): string {
  return new Date(Date.parse('2026-03-02T09:00:00.000Z') + seconds * 1000).toISOString();
}

function step(
  name: Evidence['steps'][number]['name'],
  status: Evidence['steps'][number]['status'],
  fromSeconds: number,
  toSeconds: number,
  attempts: number,
  resources: number,
): Evidence['steps'][number] {
  return { name, status, startedAt: at(fromSeconds), endedAt: at(toSeconds), attempts, resources };
}
