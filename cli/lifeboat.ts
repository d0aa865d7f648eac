#!/usr/bin/env node
/** The operator's command. Exit codes: 0 good, 1 usage or plan error, 2 missed, 3 held or failed, 4 internal error. */
import { runCommandLine } from './command-line.ts';

process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
});
