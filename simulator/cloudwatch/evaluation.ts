/** How an alarm treats periods without data. */
export type TreatMissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

/** One period that an alarm looks at: within the threshold, beyond it, or without data. */
export type Verdict = 'within' | 'breaching' | 'missing';

export type AlarmStateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/**
 * How many periods an alarm reads. CloudWatch reads more than it evaluates, so that a late sample does not make a gap; its
 * guide shows 5 for 3 and promises no number (CloudWatch User Guide, "How alarm state is evaluated when data is missing").
 */
export function evaluationRange(evaluationPeriods: number): number {
  return evaluationPeriods + 2;
}

/**
 * The state that an M-out-of-N alarm takes, or `retain`. The rules are those of the guide's page on missing data: enough
 * real points decide alone, however far back; fewer are filled up as the alarm says; and where all real points breach, the
 * oldest of them being M periods back is enough under `missing` ("avoiding premature transitions").
 *
 * @param newestFirst the verdicts of the evaluation range
 */
export function judge(
  newestFirst: readonly Verdict[],
  evaluationPeriods: number,
  datapointsToAlarm: number,
  treat: TreatMissingData,
): AlarmStateValue | 'retain' {
  const real = newestFirst.flatMap((verdict, age) => (verdict === 'missing' ? [] : [{ verdict, age }]));
  const recent = real.slice(0, evaluationPeriods);
  const breaching = recent.filter(({ verdict }) => verdict === 'breaching').length;
  const filled = evaluationPeriods - recent.length;
  const decide = (count: number): AlarmStateValue => (count >= datapointsToAlarm ? 'ALARM' : 'OK');
  if (filled === 0) return decide(breaching);
  switch (treat) {
    case 'breaching':
      return decide(breaching + filled);
    case 'notBreaching':
      return decide(breaching);
    case 'ignore':
      return recent.some(({ verdict }) => verdict === 'within')
        ? decide(breaching)
        : retainUnless(breaching, datapointsToAlarm);
    case 'missing': {
      if (recent.length === 0) return 'INSUFFICIENT_DATA';
      if (recent.some(({ verdict }) => verdict === 'within')) return decide(breaching);
      const oldestAge = (recent.at(-1)?.age ?? 0) + 1;
      return oldestAge >= datapointsToAlarm ? 'ALARM' : retainUnless(breaching, datapointsToAlarm);
    }
    default:
      throw new Error(`unknown treatment ${treat satisfies never}`);
  }
}

function retainUnless(breaching: number, datapointsToAlarm: number): 'ALARM' | 'retain' {
  return breaching >= datapointsToAlarm ? 'ALARM' : 'retain';
}
