/**
 * Sets up what the peer tests hold Lifeboat against, from the registries, at pinned versions. What cannot be had fails here,
 * with what to install: a peer that is missing judges nothing.
 */
import { bundle } from '../../stack/bundle.ts';
import { pythonPrograms } from '../../stack/tools/python/environment.ts';
import { prepareRuler } from './ruler/prepare.ts';

await pythonPrograms();
await prepareRuler();
await bundle();
