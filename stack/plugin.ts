import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RecoveryKind } from '../recovery/terms.ts';
import { archive } from './archive.ts';
import { bundle } from './bundle.ts';
import { stepFunctions } from './functions.ts';
import { bundleDirectory } from './places.ts';
import { responseFunctions } from './response.ts';
import { variables } from './variables.ts';

/** The part of osls that this plugin touches. */
interface Osls {
  readonly serviceDir: string;
  readonly service: {
    readonly provider: { versionFunctions?: boolean };
    readonly resources: { readonly Resources: Record<string, StateMachine | undefined> };
    /** By key; `serverless.witness.yml` has others than `serverless.yml`. */
    readonly functions: Readonly<
      Record<string, { package?: { artifact?: string }; readonly versionLogicalId?: string }>
    >;
  };
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
    const isTemplateOnly = process.env['LIFEBOAT_PACKAGE'] === 'template';
    if (isTemplateOnly) osls.service.provider.versionFunctions = false;
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => (isTemplateOnly ? this.#stub() : this.#bundle()),
      'before:package:function:package': () => this.#bundle(),
      'before:package:finalize': () => this.#pinVersions(),
    };
  }

  async #bundle(): Promise<void> {
    const outDirectory = join(this.#osls.serviceDir, bundleDirectory);
    for (const { name, directory } of await bundle({ outDirectory })) {
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
  ...responseFunctions().map(({ name, substitution }) => ({
    file: name,
    key: name,
    ...(substitution !== undefined && { machine: 'LifeboatResponse', substitution }),
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
