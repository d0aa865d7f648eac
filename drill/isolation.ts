import { devNull } from 'node:os';

/**
 * Cuts the SDK off from whatever account this machine may know: a rehearsal must neither use somebody's credentials nor
 * depend on their configuration (reading a large file is enough to change the order of calls).
 */
export function isolateFromMachine(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) {
    if (name.startsWith('AWS_')) delete environment[name];
  }
  environment['AWS_CONFIG_FILE'] = devNull;
  environment['AWS_SHARED_CREDENTIALS_FILE'] = devNull;
  environment['AWS_EC2_METADATA_DISABLED'] = 'true';
}
