import { EC2Client } from '@aws-sdk/client-ec2';
import { Route53Client } from '@aws-sdk/client-route-53';
import { SSMClient } from '@aws-sdk/client-ssm';
import { Simulator } from '../../simulator/simulator.ts';

export const region = 'ap-northeast-1';
export const startMs = Date.UTC(2026, 0, 5);

/** A simulated account with one caller, and SDK clients that lead to it. */
export function openAccount(seed: string | number = 'account') {
  const sim = new Simulator({ seed, startMs, accountId: '123456789012', regions: { [region]: ['a', 'c'] } });
  sim.addCaller({
    accessKeyId: 'AKIACALLER',
    arn: 'arn:aws:iam::123456789012:user/caller',
    userId: 'AIDACALLER',
  });
  const options = {
    region,
    credentials: { accessKeyId: 'AKIACALLER', secretAccessKey: 'secret' },
    requestHandler: sim.connect(),
    maxAttempts: 1,
  };
  return {
    sim,
    here: sim.region(region),
    route53: new Route53Client(options),
    ssm: new SSMClient(options),
    ec2: new EC2Client(options),
    /** Lets simulated time pass until a call is answered. */
    drive: <T>(answer: Promise<T>): Promise<T> => sim.clock.drive(answer),
    /** Lets so many simulated seconds pass. */
    wait: (seconds: number): Promise<void> => sim.clock.driveUntil(sim.clock.nowMs() + seconds * 1000),
    /** The error code of a call that must fail, with its message. */
    refusal: (answer: Promise<unknown>): Promise<string> =>
      sim.clock.drive(
        answer.then(
          () => {
            throw new Error('the call was not refused');
          },
          (error: Error) => `${error.name}: ${error.message}`,
        ),
      ),
  };
}
