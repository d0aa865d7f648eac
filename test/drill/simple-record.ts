import type { TextChange } from './shop.ts';

const target = 'shop-dr-1234567890.ap-northeast-1.elb.amazonaws.com';

/** The shop's plan that changes a record, as teams without failover records have it. */
export const planOfRecord: TextChange = {
  from: `  - via: healthCheck
    name: app.shop.example.com
    target: ${target}
`,
  to: `  - record:
      zone: Z0123456789
      name: app.shop.example.com
      type: CNAME
      ttl: 60
      value: ${target}
`,
};

/** The shop's account in which the live name is one simple record. */
export const worldOfRecord: TextChange = {
  from: `        failover: PRIMARY
        healthCheck: 4c1e7d52-9a3b-4f60-8e21-7b5d0c9a6f13
      - name: app.shop.example.com # answered while the primary is unhealthy; it has no check of its own
        type: CNAME
        ttl: 60
        values: [${target}]
        failover: SECONDARY
`,
  to: '',
};
