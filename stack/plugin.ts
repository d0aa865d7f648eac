import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RecoveryKind } from '../recovery/terms.ts';
import { archive } from './archive.ts';
import { bundle } from './bundle.ts';
import { stepFunctions } from './functions.ts';
import { bundleDirectory } from './places.ts';
import { variables } from './variables.ts';

/** The part of osls that this plugin touches. */
interface Osls {
  readonly serviceDir: string;
  readonly service: {
    readonly provider: { versionFunctions?: boolean };
    readonly resources: { readonly Resources: Record<string, StateMachine | undefined> };
    getFunction(key: string): { package?: { artifact?: string }; readonly versionLogicalId?: string };
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
      this.#use(name, `${directory}.zip`);
    }
  }

  async #stub(): Promise<void> {
    const artifact = join(this.#osls.serviceDir, '.serverless', 'stub.zip');
    await mkdir(dirname(artifact), { recursive: true });
    await writeFile(artifact, '');
    for (const { step } of stepFunctions()) this.#use(step, artifact);
  }

  #use(step: string, artifact: string): void {
    for (const { key } of stepFunctions().filter((each) => each.step === step)) {
      this.#osls.service.getFunction(key).package = { artifact };
    }
  }

  /** A machine calls published versions, so that a deploy in the middle of a recovery changes nothing for it. */
  #pinVersions(): void {
    const { service } = this.#osls;
    for (const { key, kind, substitution } of stepFunctions()) {
      const { versionLogicalId } = service.getFunction(key);
      const machine = service.resources.Resources[machineIds[kind]];
      if (versionLogicalId && machine) {
        machine.Properties.DefinitionSubstitutions[substitution] = { Ref: versionLogicalId };
      }
    }
  }
}

const machineIds: Readonly<Record<RecoveryKind, string>> = {
  drill: 'LifeboatDrill',
  failover: 'LifeboatFailover',
};

function resolveVariable({ address = '' }: { readonly address?: string }): { readonly value: object } {
  const variable = variables[address];
  if (!variable) throw new Error(`\${lifeboat:${address}}: there are ${Object.keys(variables).join(', ')}`);
  return { value: variable() };
}
