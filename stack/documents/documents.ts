/** The SSM documents that Lifeboat runs on recovered servers: a shell script each, with parameters that cannot inject. */
import { readFileSync } from 'node:fs';
import { devicePattern, mountPathPattern, urlPathPattern } from '../../recovery/plan/patterns.ts';

/** A command document's content, as far as we use it (Systems Manager User Guide, Document schemas, version 2.2). */
export interface CommandDocument {
  readonly schemaVersion: '2.2';
  readonly description: string;
  readonly parameters: Readonly<Record<string, DocumentParameter>>;
  readonly mainSteps: readonly [ShellStep];
}

export interface DocumentParameter {
  readonly type: 'String';
  readonly description: string;
  /** A regular expression that Systems Manager holds a value against before anything runs. */
  readonly allowedPattern: string;
  readonly default?: string;
}

interface ShellStep {
  readonly action: 'aws:runShellScript';
  readonly name: string;
  readonly precondition: { readonly StringEquals: readonly ['platformType', 'Linux'] };
  readonly inputs: { readonly timeoutSeconds: string; readonly runCommand: readonly string[] };
}

/**
 * Mounts an attached volume: parameters `VolumeId`, `MountPath`, and where they are known `Device` (for Xen servers) and
 * `FileSystem`. The exit statuses are told at the top of `mount.sh`.
 */
export function mountDocument(): CommandDocument {
  return shellDocument({
    name: 'mount',
    description: 'Lifeboat: mounts an attached EBS volume by its id, now and at every boot; never formats',
    script: scriptOf('mount.sh'),
    timeoutSeconds: 900, // a file system check of a large volume, lazily read from its snapshot
    parameters: {
      VolumeId: parameter('Volume to mount', /^vol-[0-9a-f]{8,17}$/),
      MountPath: parameter('Where to mount it', mountPathPattern),
      Device: parameter('Attachment point, for servers on Xen', optional(devicePattern), ''),
      FileSystem: parameter('What must be on the volume', /^(?:ext4|xfs)?$/, ''),
    },
  });
}

/** Asks the application on the server itself for its health: parameters `Port` and `Path`. */
export function probeDocument(): CommandDocument {
  return shellDocument({
    name: 'probe',
    description: 'Lifeboat: asks the application on this server for its health',
    script: scriptOf('probe.sh'),
    timeoutSeconds: 30,
    parameters: {
      Port: parameter('Where the application listens', /^[1-9][0-9]{0,4}$/),
      Path: parameter('What is asked', urlPathPattern),
    },
  });
}

const scriptOf = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');

function parameter(description: string, allowed: RegExp, otherwise?: string): DocumentParameter {
  return {
    type: 'String',
    description,
    allowedPattern: allowed.source.replaceAll('\\/', '/'),
    ...(otherwise !== undefined && { default: otherwise }),
  };
}

/** The same pattern, or nothing. */
function optional(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source.slice(1, -1)})?$`);
}

/**
 * The agent puts the values into the script's text, so they stand in single quotes, which no allowed value contains, and
 * become the script's arguments in its second line; the script checks them again.
 */
function shellDocument(made: {
  readonly name: string;
  readonly description: string;
  readonly script: string;
  readonly timeoutSeconds: number;
  readonly parameters: Readonly<Record<string, DocumentParameter>>;
}): CommandDocument {
  const [shebang = '', ...lines] = made.script.trimEnd().split('\n');
  const values = Object.keys(made.parameters).map((name) => `'{{ ${name} }}'`);
  return {
    schemaVersion: '2.2',
    description: made.description,
    parameters: made.parameters,
    mainSteps: [
      {
        action: 'aws:runShellScript',
        name: made.name,
        precondition: { StringEquals: ['platformType', 'Linux'] },
        inputs: {
          timeoutSeconds: String(made.timeoutSeconds),
          runCommand: [shebang, `set -- ${values.join(' ')}`, ...lines],
        },
      },
    ],
  };
}
