import type { LaunchSource } from '../plan/plan.ts';
import { bad, fatal, list, ok, type ReadinessCheck, read, warning } from './finding.ts';

/** The launch templates that the plan names, and what they name in turn. */
export const templateFindings: ReadinessCheck = (plan, sight) => {
  const names = plan.servers.flatMap(({ source }) =>
    source.kind === 'launch' ? (source.template ?? []) : [],
  );
  return [...new Set(names)].flatMap((template) => {
    const name = `launch template ${template}`;
    return read(name, sight.templates[template], (seen) => {
      if (seen === 'absent') {
        return fatal(
          name,
          `${plan.regions.recovery} has none of this name`,
          'create it, or correct the plan',
        );
      }
      const parts = [
        ...read(name, sight.securityGroups, (present) => {
          const gone = seen.securityGroups.filter((id) => !present.includes(id));
          return gone.length === 0
            ? []
            : fatal(
                name,
                `its security groups ${list(gone)} do not exist`,
                'make a default version that names others',
              );
        }),
        ...profileOf(name, seen.profile, sight),
        // A launch names the image that it wants: the template's own is only a remnant.
        ...read(name, sight.templateImages, (present) =>
          seen.image === undefined || present.includes(seen.image)
            ? []
            : warning(
                name,
                `its own image ${seen.image} is gone`,
                'a launch names another; tidy it when you can',
              ),
        ),
      ];
      return parts.length === 0 ? ok(name, 'its default version names what exists') : parts;
    });
  });
};

function profileOf(name: string, profile: string | undefined, sight: Parameters<ReadinessCheck>[1]) {
  if (profile === undefined) return [];
  return read(name, sight.profiles[profile], (exists) =>
    exists ? [] : fatal(name, `its instance profile ${profile} does not exist`, 'create it, or name another'),
  );
}

/** The instance profile of a drill's copies. */
export const drillProfileFindings: ReadinessCheck = (plan, sight) => {
  const profile = plan.drill.instanceProfile;
  if (profile === undefined) return [];
  const name = 'drill instance profile';
  return read(name, sight.profiles[profile], (exists) =>
    exists
      ? ok(name, `${profile} exists`)
      : bad(name, `${profile} does not exist`, 'create it: a drill launches its copies with it'),
  );
};

/** Each type of the plan is offered in a zone where it would be launched. */
export const typeFindings: ReadinessCheck = (plan, sight) =>
  plan.servers.flatMap((item) => {
    const { source } = item;
    if (source.types.length === 0 || source.subnets.length === 0) return [];
    const name = `servers.${item.name} types`;
    return read(name, sight.subnets, (subnets) =>
      read(name, sight.offerings, (offered) => {
        const zones = [
          ...new Set(subnets.filter(({ id }) => source.subnets.includes(id)).map(({ zone }) => zone)),
        ];
        if (zones.length === 0) return [];
        const zonesOf = (type: string) => zones.filter((zone) => offered[type]?.includes(zone));
        if (source.types.every((type) => zonesOf(type).length === 0)) {
          const what = `none of ${list(source.types)} is offered in ${list(zones)}`;
          const wayOut = 'name types or subnets of other zones';
          return source.kind === 'launch' ? fatal(name, what, wayOut) : bad(name, what, wayOut);
        }
        const lacks = source.types.flatMap((type) =>
          zones.filter((zone) => !zonesOf(type).includes(zone)).map((zone) => `${type} in ${zone}`),
        );
        return lacks.length === 0
          ? ok(name, `${list(source.types)} in ${list(zones)}`)
          : warning(name, `not offered: ${list(lacks)}`, 'name another type or another zone for it');
      }),
    );
  });

/** Subnets have free addresses for what would be launched there; AWS keeps five of each (VPC User Guide, subnet sizing). */
export const subnetFindings: ReadinessCheck = (plan, sight) =>
  read('subnets', sight.subnets, (subnets) => {
    const needs = plan.servers.map(({ name, source }) => {
      const standing = sight.standing[name];
      const slots = source.kind === 'launch' ? source.count : standing?.ok ? standing.value.length : 0;
      return {
        name: `servers.${name} subnets`,
        slots,
        count: source.kind === 'launch' || source.orElse === 'launch' ? slots : 0,
        isSpare: source.kind === 'start',
        isDrill: false,
        ids: source.subnets,
      };
    });
    // A drill launches a copy of each server, whatever a failover does.
    const whole = needs.reduce((sum, { slots }) => sum + slots, 0);
    const drill = {
      name: 'drill subnets',
      count: whole,
      isSpare: false,
      isDrill: true,
      ids: plan.drill.network?.subnets ?? [],
    };
    return [...needs, drill]
      .filter(({ ids }) => ids.length > 0)
      .flatMap(({ name, count, ids, isSpare, isDrill }) => {
        const there = subnets.filter(({ id }) => ids.includes(id));
        const gone = ids.filter((id) => !there.some((subnet) => subnet.id === id));
        if (there.length === 0) {
          const what = `${plan.regions.recovery} has no subnet ${list(ids)}`;
          const wayOut = 'create them, or correct the plan';
          return isDrill || isSpare ? bad(name, what, wayOut) : fatal(name, what, wayOut);
        }
        if (gone.length > 0) return bad(name, `${list(gone)} is not there`, 'create it, or correct the plan');
        const wanted = isDrill
          ? count
          : needs
              .filter((other) => other.ids.some((id) => ids.includes(id)))
              .reduce((sum, other) => sum + other.count, 0);
        const free = there.reduce((sum, { freeAddresses }) => sum + freeAddresses, 0);
        const says = `${free} free addresses for ${wanted}`;
        if (free < wanted) {
          const wayOut = 'free some, or name another subnet';
          return isSpare ? warning(name, says, wayOut) : bad(name, says, wayOut);
        }
        const tight = there.filter(({ freeAddresses }) => freeAddresses < wanted);
        return tight.length === 0
          ? ok(name, says)
          : warning(
              name,
              `${list(tight.map(({ id }) => id))} alone could not take ${wanted}`,
              'free some addresses',
            );
      });
  });

/** Families that the quota of Standard instances counts (EC2 User Guide, On-Demand Instance quotas). */
const standardFamily = /^(a|c|d|h|i|im|is|m|r|t|z)\d/;

/** The vCPU quota of the recovery Region holds what a recovery would start, beside what runs there. */
export const quotaFindings: ReadinessCheck = (plan, sight) => {
  const name = 'vCPU quota';
  return read(name, sight.vcpus, ({ quota, used, ofType }) => {
    const types = plan.servers.flatMap((item): readonly string[] => {
      if (item.source.kind === 'launch') return launchedTypes(item.source, sight);
      const standing = sight.standing[item.name];
      return standing?.ok
        ? standing.value.filter(({ state }) => state !== 'running').map(({ type }) => type)
        : [];
    });
    const wanted = types
      .filter((type) => standardFamily.test(type))
      .reduce((sum, type) => sum + (ofType[type] ?? 0), 0);
    const says = `${wanted} vCPUs to start, ${used} in use, of ${quota}`;
    return used + wanted <= quota
      ? ok(name, says)
      : bad(name, says, 'raise the quota "Running On-Demand Standard instances" in the recovery Region');
  });
};

function launchedTypes(source: LaunchSource, sight: Parameters<ReadinessCheck>[1]): readonly string[] {
  const template = source.template === undefined ? undefined : sight.templates[source.template];
  const ofTemplate = template?.ok && template.value !== 'absent' ? template.value.type : undefined;
  const type = source.types[0] ?? ofTemplate;
  return type === undefined ? [] : Array.from({ length: source.count }, () => type);
}
