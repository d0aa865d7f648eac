import { EC2Client } from '@aws-sdk/client-ec2';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { openInstallation } from '../../drill/installation.ts';
import { isolateFromMachine } from '../../drill/isolation.ts';
import type { End, Given, Stage } from '../../drill/scenarios/scenario.ts';
import { scenarioNamed } from '../../drill/scenarios/scenarios.ts';
import { callerOf, credentialsOf } from '../../drill/simulate/people.ts';
import { ground } from './ground.ts';

isolateFromMachine(process.env);

/** What was measured before a scenario, while it lasted, and after it. */
export interface Course<T> {
  readonly before: T;
  readonly during: T;
  readonly after: T;
}

/** The shop's world, in which one scenario begins and ends, and somebody who makes calls. */
export class Struck {
  readonly stage: Stage;
  readonly #connection;

  constructor(seed = 1) {
    const { plans, templates, world } = ground;
    const account = openInstallation({ plans, templates }, { world, seed });
    const { sim } = account;
    const [plan] = plans;
    const { primary, recovery } = plan!.regions;
    sim.addCaller(callerOf('alice', sim.accountId));
    this.stage = {
      sim,
      world,
      plans,
      account,
      primary: sim.region(primary),
      recovery: sim.region(recovery),
      excused: [],
    };
    this.#connection = {
      requestHandler: sim.connect() as never,
      credentials: credentialsOf('alice'),
      maxAttempts: 1,
    };
  }

  begin(name: string, given: Partial<Given> = {}): End {
    return scenarioNamed(name).begin(this.stage, { strength: 0.999, seconds: 600, ...given });
  }

  /** Measures something three times, with a scenario in the middle. */
  async course<T>(
    name: string,
    measure: () => T | Promise<T>,
    given: Partial<Given> = {},
  ): Promise<Course<Awaited<T>>> {
    const before = await measure();
    const end = this.begin(name, given);
    const during = await measure();
    end();
    await this.pass(120);
    return { before, during, after: await measure() };
  }

  async pass(seconds: number): Promise<void> {
    const { clock } = this.stage.sim;
    await clock.driveUntil(clock.nowMs() + seconds * 1000);
  }

  /** What became of a call: `ok`, the code of its error, or `none` where no answer came for a minute. */
  answer(call: Promise<unknown>): Promise<string> {
    const { clock } = this.stage.sim;
    const settled = call.then(
      () => 'ok',
      (error: Error) => error.name,
    );
    return clock.drive(Promise.race([settled, clock.sleep(60_000).then(() => 'none')]));
  }

  /** What became of many calls, each kind of answer once. */
  async answers(make: () => Promise<unknown>, count = 30): Promise<readonly string[]> {
    const found = new Set<string>();
    for (let n = 0; n < count; n += 1) found.add(await this.answer(make()));
    return [...found].sort();
  }

  get ec2() {
    return new EC2Client({ ...this.#connection, region: this.stage.recovery.name });
  }

  get ec2AtHome() {
    return new EC2Client({ ...this.#connection, region: this.stage.primary.name });
  }

  get ssm() {
    return new SSMClient({ ...this.#connection, region: this.stage.recovery.name });
  }

  get rds() {
    return new RDSClient({ ...this.#connection, region: this.stage.recovery.name });
  }

  get sts() {
    return new STSClient({ ...this.#connection, region: this.stage.recovery.name });
  }

  get s3() {
    return new S3Client({ ...this.#connection, region: this.stage.recovery.name });
  }

  get route53() {
    return new Route53Client({ ...this.#connection, region: 'us-east-1' });
  }
}
