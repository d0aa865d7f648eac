import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RecoveryKind } from '../recovery/terms.ts';
import { archive } from './archive.ts';
import { bundle } from './bundle.ts';
import { stepFunctions } from './functions.ts';
import {
  InvalidInstallation,
  installationProblem,
  installedPlans,
  readInstallation,
} from './installation.ts';
import { bundleDirectory, root } from './places.ts';
import { compilePlansNow, InvalidPlans } from './plans.ts';
import { responseFunctions } from './response.ts';
import { variables } from './variables.ts';

/** The part of osls that this plugin touches. */
interface Osls {
  readonly serviceDir: string;
  /** What was asked for, such as `deploy` and its options. */
  readonly processedInput: { readonly commands: readonly string[] };
  readonly service: {
    /** `lifeboat` or `lifeboat-witness`. */
    readonly service: string;
    readonly provider: { versionFunctions?: boolean; readonly region: string };
    readonly resources: { readonly Resources: Record<string, StateMachine | undefined> };
    /** By key; `serverless.witness.yml` has others than `serverless.yml`. */
    readonly functions: Readonly<
      Record<string, { package?: { artifact?: string }; readonly versionLogicalId?: string }>
    >;
  };
  /** Its own error is shown as a message, any other one as a defect with its stack. */
  readonly classes: { readonly Error: new (message: string) => Error };
  readonly configSchemaHandler: { validateConfig(configuration: object): Promise<void> };
  readonly pluginManager: { readonly plugins: readonly { saveServiceState?(): Promise<void> }[] };
}

interface StateMachine {
  readonly Properties: { readonly DefinitionSubstitutions: Record<string, unknown> };
}

/**
 * Makes `serverless.yml` complete and its packages fresh: the parts that repeat for each step come from here as variables
 * (`${lifeboat:functions}`), and packaging bundles first, so that no stale bundle can be deployed.
 *
 * With `LIFEBOAT_PACKAGE=template` it makes the template alone, as a drill needs it: no bundles, one empty artifact and no
 * function versions, which would only differ by a hash of the code.
 */
export default class LifeboatStack {
  readonly hooks: Readonly<Record<string, () => void | Promise<void>>>;
  readonly configurationVariablesSources = { lifeboat: { resolve: resolveVariable } };
  readonly #osls: Osls;

  constructor(osls: Osls) {
    this.#osls = osls;
    // Before any part of the configuration that needs them is worked out: one message, and not one for each part.
    try {
      compilePlansNow(join(root, readInstallation().plans));
    } catch (error) {
      throw shown(osls, error);
    }
    const isTemplateOnly = process.env['LIFEBOAT_PACKAGE'] === 'template';
    if (isTemplateOnly) onlyTheTemplate(osls);
    this.hooks = {
      'before:package:cleanup': () => this.#check(),
      'before:package:createDeploymentArtifacts': () => (isTemplateOnly ? this.#stub() : this.#bundle()),
      'before:package:function:package': () => this.#bundle(),
      'before:package:finalize': () => this.#pinVersions(),
    };
  }

  /** Stops before anything is packaged that could not work where it is asked for. */
  async #check(): Promise<void> {
    const { service, processedInput } = this.#osls;
    const problem = installationProblem(readInstallation(), await installedPlans(), {
      place: service.service === 'lifeboat' ? 'recovery' : 'witness',
      region: service.provider.region,
      isDeployed: processedInput.commands[0] === 'deploy',
    });
    if (problem !== undefined) throw new this.#osls.classes.Error(problem);
  }

  async #bundle(): Promise<void> {
    const outDirectory = join(this.#osls.serviceDir, bundleDirectory);
    const here = deployed.filter(({ key }) => key in this.#osls.service.functions);
    const only = new Set(here.map(({ file }) => file));
    for (const { name, directory } of await bundle({ outDirectory, only })) {
      await archive(directory, `${bundleDirectory}/${name}`, `${directory}.zip`);
      for (const { file, key } of deployed) if (file === name) this.#use(key, `${directory}.zip`);
    }
  }

  async #stub(): Promise<void> {
    const artifact = join(this.#osls.serviceDir, '.serverless', 'stub.zip');
    await mkdir(dirname(artifact), { recursive: true });
    await writeFile(artifact, '');
    for (const { key } of deployed) this.#use(key, artifact);
  }

  #use(key: string, artifact: string): void {
    const found = this.#osls.service.functions[key];
    if (found) found.package = { artifact };
  }

  /** A machine calls published versions, so that a deploy in the middle of a recovery changes nothing for it. */
  #pinVersions(): void {
    const { functions, resources } = this.#osls.service;
    for (const { key, machine, substitution } of deployed) {
      const version = functions[key]?.versionLogicalId;
      const found = machine && resources.Resources[machine];
      if (version && found && substitution !== undefined) {
        found.Properties.DefinitionSubstitutions[substitution] = { Ref: version };
      }
    }
  }
}

/** What a person has to mend, in the way that osls shows it. */
function shown({ classes }: Osls, error: unknown): unknown {
  return error instanceof InvalidInstallation || error instanceof InvalidPlans
    ? new classes.Error(error.message)
    : error;
}

/**
 * Leaves out what a template for a drill does not need. Compiling the schema of every key that osls knows takes longer than
 * all the rest, on the first drill after an installation, and writing down its whole state half as long as the rest, on each;
 * packaging for a deployment does both.
 */
function onlyTheTemplate(osls: Osls): void {
  osls.service.provider.versionFunctions = false;
  osls.configSchemaHandler.validateConfig = async () => {};
  for (const plugin of osls.pluginManager.plugins)
    if (plugin.saveServiceState) plugin.saveServiceState = async () => {};
}

/** A function of either file: where its code is, and which machine calls it by which name. */
interface Deployed {
  readonly file: string;
  readonly key: string;
  readonly machine?: string;
  readonly substitution?: string;
}

const machineIds: Readonly<Record<RecoveryKind, string>> = {
  drill: 'LifeboatDrill',
  failover: 'LifeboatFailover',
};

const deployed: readonly Deployed[] = [
  ...stepFunctions().map(({ step, kind, key, substitution }) => ({
    file: step,
    key,
    machine: machineIds[kind],
    substitution,
  })),
  ...responseFunctions().map(({ name, machine, substitution }) => ({
    file: name,
    key: name,
    ...(machine !== undefined && substitution !== undefined && { machine, substitution }),
  })),
];

async function resolveVariable({
  address = '',
}: {
  readonly address?: string;
}): Promise<{ readonly value: object }> {
  const variable = variables[address];
  if (!variable) throw new Error(`\${lifeboat:${address}}: there are ${Object.keys(variables).join(', ')}`);
  return { value: await variable() };
}
