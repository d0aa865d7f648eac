// @ts-nocheck
// INTERIM: replaced by the wire room.
import { NormalizedSchema } from '@smithy/core/schema';
import type { RegionName, ServiceName } from '../service.ts';
export interface DecodedCall { service: ServiceName; region: RegionName; operation: string; accessKeyId: string; headers: Readonly<Record<string, string>>; input: unknown }
export interface WireRequest { method: string; hostname: string; path: string; query: Record<string, string | string[] | null>; headers: Record<string, string>; body?: string | Uint8Array }
export interface WireResponse { statusCode: number; headers: Record<string, string>; body: Uint8Array }
import { Wire } from './interim.ts';
export class WireServer {
  constructor(handle: (call: DecodedCall) => Promise<unknown>) { this.w = new Wire((c) => handle({ headers: {}, ...c })); this.ready = this.load(); }
  async load() {
    for (const [n, pkg, cls] of [['ec2','ec2','EC2Client'],['rds','rds','RDSClient'],['route53','route-53','Route53Client'],['states','sfn','SFNClient'],['ssm','ssm','SSMClient'],['events','eventbridge','EventBridgeClient'],['monitoring','cloudwatch','CloudWatchClient'],['s3','s3','S3Client'],['sns','sns','SNSClient'],['sts','sts','STSClient'],['elasticloadbalancing','elastic-load-balancing-v2','ElasticLoadBalancingV2Client']]) {
      const m = await import('@aws-sdk/client-' + pkg); this.w.register(n, m, m[cls]);
    }
  }
  async dispatch(r: WireRequest): Promise<WireResponse> { await this.ready; return this.w.dispatch(r); }
}
