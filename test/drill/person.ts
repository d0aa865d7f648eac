import assert from 'node:assert/strict';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { type CarriedOut, carryOut, type OperatorOrder } from '../../aws/operator/carry-out.ts';
import { type OperatorDeps, openOperator } from '../../aws/operator/operator.ts';
import type { Ordered } from '../../aws/operator/orders.ts';
import { readStatus } from '../../aws/operator/status.ts';
import type { PlanStatus } from '../../recovery/status.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { tokyo } from './shop.ts';

/** Someone with credentials of their own and the operator's side of Lifeboat, in a simulated account. */
export class Person {
  readonly userId: string;
  readonly deps: OperatorDeps;
  readonly #sim: Simulator;

  constructor(sim: Simulator, name: string) {
    this.#sim = sim;
    const accessKeyId = `AKIA${name.toUpperCase()}`;
    this.userId = `AIDA${name.toUpperCase()}`;
    const arn = `arn:aws:iam::${sim.accountId}:user/${name}`;
    sim.addCaller({ accessKeyId, arn, userId: this.userId });
    this.deps = {
      clock: { nowMs: () => sim.clock.nowMs(), after: (ms, fire) => sim.clock.after(ms, fire) },
      entropy: { hex: (purpose, subject, digits) => sim.draws.hex(purpose, subject, digits) },
      transport: {
        requestHandler: sim.connect(),
        credentials: { accessKeyId, secretAccessKey: 'simulated' },
      },
    };
  }

  /** Gives an order, whatever becomes of it. */
  ask(order: OperatorOrder): Promise<Ordered<CarriedOut>> {
    const asked = async () => {
      const operator = await openOperator(this.deps, { region: tokyo, stage: 'live' });
      return operator.ok ? carryOut(operator.value, order, ['shop']) : operator;
    };
    return this.#sim.clock.drive(asked());
  }

  /** Gives an order that is carried out. */
  async order(order: OperatorOrder): Promise<CarriedOut> {
    const answer = await this.ask(order);
    assert.ok(answer.ok, JSON.stringify(answer));
    return answer.value;
  }

  /** Gives an order that cannot be carried out now; returns why not. */
  async refused(order: OperatorOrder): Promise<string> {
    const answer = await this.ask(order);
    assert.ok(!answer.ok && answer.kind === 'notNow', JSON.stringify(answer));
    assert.ok(answer.unblock);
    return answer.reason;
  }

  async status(): Promise<PlanStatus> {
    const read = async () => {
      const operator = await openOperator(this.deps, { region: tokyo, stage: 'live' });
      assert.ok(operator.ok);
      return readStatus(operator.value, 'shop');
    };
    const status = await this.#sim.clock.drive(read());
    assert.ok(status.ok, JSON.stringify(status));
    return status.value;
  }

  /** What an SDK client of this person is made with. */
  get connection() {
    const { requestHandler, credentials } = this.deps.transport;
    return {
      region: tokyo,
      requestHandler: requestHandler as never,
      credentials: credentials!,
      maxAttempts: 1,
    };
  }

  /** Stops an execution by hand, which none of its Catches sees. */
  async stop({ arn }: Execution): Promise<void> {
    const states = new SFNClient(this.connection);
    await this.#sim.clock.drive(states.send(new StopExecutionCommand({ executionArn: arn })));
  }
}
