import { undocumented } from '../notices.ts';
import type { Law } from './scene.ts';

/**
 * What no role permits fails here, however well the step that asked for it gets along without. What is not there has no tag
 * that could permit it, and is missing in the world instead.
 */
export const everythingPermitted: Law = ({ sim }) => {
  const missing = sim.iam.permissions.denials.filter(({ isAbsent }) => !isAbsent);
  return [...new Set(missing.map(({ message }) => message))].map((message) => ({ message }));
};

/** What machines are told has the form that is documented. */
export const toldAsDocumented: Law = ({ sim }) => undocumented(sim).map((message) => ({ message }));
