import { testMutants } from './mutation.ts';

testMutants(new Set(['drill', 'approval', 'lock', 'throttle', 'unhealthy']));
