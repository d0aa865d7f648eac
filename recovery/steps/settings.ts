import type { Plan } from '../plan/plan.ts';

/** A setting with its references filled in. */
export interface ResolvedSetting {
  /** Where it is written: the plan's name, below a drill's own prefix in a drill. */
  readonly parameter: string;
  readonly value: string;
}

/** Values that settings may refer to, such as `databases.orders.endpoint`. */
export type References = Readonly<Record<string, string>>;

/** Fills in the references of all settings; `missing` names those that have no value yet. */
export function resolveSettings(
  plan: Plan,
  prefix: string,
  references: References,
): { readonly settings: readonly ResolvedSetting[]; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const settings = plan.settings.map(({ parameter, value }) => ({
    parameter: prefix + parameter,
    value: value.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
      const found = references[name.trim()];
      if (found === undefined) missing.push(name.trim());
      return found ?? whole;
    }),
  }));
  return { settings, missing: [...new Set(missing)] };
}
