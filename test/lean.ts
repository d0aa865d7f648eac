/** Loaded before each test file (`npm test`): what makes a file of tests cheaper to run, and changes nothing in it. */
import asyncHooks, { type HookCallbacks } from 'node:async_hooks';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Each file is a process of its own, and most of a short one's time went into stripping and compiling what another had
// compiled before. Commands that a test starts get it by their environment.
const compiled = join(import.meta.dirname, '../node_modules/.cache/compiled');
enableCompileCache(compiled);
process.env['NODE_COMPILE_CACHE'] = compiled;

/**
 * `node:test` follows every promise to name the test that a stray rejection came from, and has no option against it. A
 * simulation makes millions of promises: following them took a third of the suite's time. A stray rejection still fails
 * its file, as "generated asynchronous activity after the test ended", with its message.
 *
 * It takes `createHook` from this object when a test file first imports it.
 */
const { createHook } = asyncHooks;
asyncHooks.createHook = (callbacks: HookCallbacks) => createHook({ ...callbacks, trackPromises: false });
