import type { Plan } from '../plan/plan.ts';
import { drillSnapshotFindings, lagFindings, replicaFindings } from './databases.ts';
import { fenceFindings } from './fence.ts';
import type { ReadinessCheck, ReadinessFinding } from './finding.ts';
import { imageFindings, snapshotFindings } from './images.ts';
import { keyFindings } from './keys.ts';
import {
  drillProfileFindings,
  quotaFindings,
  subnetFindings,
  templateFindings,
  typeFindings,
} from './launch.ts';
import { agentFindings, standingFindings, targetGroupFindings } from './servers.ts';
import type { Sight } from './sight.ts';
import { tagFindings } from './tags.ts';
import { trafficFindings } from './traffic.ts';
import {
  alarmFindings,
  documentFindings,
  planFindings,
  topicFindings,
  votingGroupFindings,
} from './watching.ts';

/** Every check, in the order in which a recovery would meet what they look at. */
export const readinessChecks: Readonly<Record<string, ReadinessCheck>> = {
  plan: planFindings,
  alarms: alarmFindings,
  votingGroups: votingGroupFindings,
  standing: standingFindings,
  images: imageFindings,
  templates: templateFindings,
  types: typeFindings,
  subnets: subnetFindings,
  quota: quotaFindings,
  targetGroups: targetGroupFindings,
  agents: agentFindings,
  snapshots: snapshotFindings,
  keys: keyFindings,
  replicas: replicaFindings,
  lag: lagFindings,
  documents: documentFindings,
  traffic: trafficFindings,
  fence: fenceFindings,
  tags: tagFindings,
  drillSnapshots: drillSnapshotFindings,
  drillProfile: drillProfileFindings,
  topics: topicFindings,
};

/** What is ready for a recovery of a plan and what is not. */
export function readinessOf(plan: Plan, sight: Sight): readonly ReadinessFinding[] {
  return Object.values(readinessChecks).flatMap((check) => check(plan, sight));
}
