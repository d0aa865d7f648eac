import type { GetServiceQuotaCommandInput } from '@aws-sdk/client-service-quotas';
import type { ActionTable } from '../check.ts';

/** Actions, resources and condition keys of Service Quotas (Service Authorization Reference, Service Quotas). */
export const servicequotasActions: ActionTable = {
  GetServiceQuota: ({ ServiceCode = '', QuotaCode = '' }: GetServiceQuotaCommandInput, place) => [
    {
      action: 'servicequotas:GetServiceQuota',
      resource: place.arn('servicequotas', `${ServiceCode}/${QuotaCode}`),
      keys: { 'servicequotas:service': [ServiceCode] },
    },
  ],
};
