import type {
  GetServiceQuotaCommandInput,
  GetServiceQuotaCommandOutput,
} from '@aws-sdk/client-service-quotas';
import type { Ec2 } from '../ec2/ec2.ts';
import { NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';

/** Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances, in vCPUs (EC2 User Guide, On-Demand Instance quotas). */
const standardOnDemand = 'L-1216C47A';

/** Service Quotas of one Region: the one quota that launches are counted against. */
export class ServiceQuotas implements Service {
  readonly name = 'servicequotas';
  readonly sim: Simulator;
  readonly region: RegionName;
  readonly #ec2: Ec2;
  readonly operations: Operations = {
    GetServiceQuota: (input: GetServiceQuotaCommandInput) => this.#get(input),
  };

  constructor(sim: Simulator, region: RegionName, ec2: Ec2) {
    this.sim = sim;
    this.region = region;
    this.#ec2 = ec2;
  }

  #get(input: GetServiceQuotaCommandInput): Omit<GetServiceQuotaCommandOutput, '$metadata'> {
    refuseUnmodelled('servicequotas:GetServiceQuota', input, ['ServiceCode', 'QuotaCode']);
    const { ServiceCode, QuotaCode } = input;
    if (ServiceCode !== 'ec2' || QuotaCode !== standardOnDemand) {
      throw new NotSimulated(`servicequotas:GetServiceQuota of ${ServiceCode} ${QuotaCode}`);
    }
    return {
      Quota: {
        ServiceCode,
        ServiceName: 'Amazon Elastic Compute Cloud (Amazon EC2)',
        QuotaArn: `arn:aws:servicequotas:${this.region}:${this.sim.accountId}:ec2/${QuotaCode}`,
        QuotaCode,
        QuotaName: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
        Value: this.#ec2.capacity.vcpuQuota,
        Unit: 'None',
        Adjustable: true,
        GlobalQuota: false,
      },
    };
  }
}
