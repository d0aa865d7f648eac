import { list } from '../fields.ts';
import { name } from './names.ts';

/** Which plans come first. */
export const after = list(name('another plan', 'orders'), {
  title: 'After',
  description:
    'Plans of the same installation. While one of them is down, an automatic recovery of this plan waits until that one has been recovered; one that works is not waited for.',
  noun: 'a list of names of other plans, at least one',
  example: ['orders'],
});
