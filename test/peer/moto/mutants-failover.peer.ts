import { testMutants } from './mutation.ts';

testMutants(new Set(['failover']));
