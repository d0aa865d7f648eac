import { testSeeds } from './seeds.ts';

testSeeds(26, 50);
