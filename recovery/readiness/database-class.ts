const sizes: Readonly<Record<string, number>> = { micro: 0.25, small: 0.5, medium: 1, large: 2, xlarge: 4 };
/** GiB of memory that a family has for what `medium` counts as 1 (RDS User Guide, DB instance classes). */
const memory: Readonly<Record<string, number>> = { t: 4, m: 4, r: 8, x: 16, z: 8, c: 2 };

/**
 * The memory of a DB instance class in GiB, near enough to compare two of them; undefined for a class that is not built as
 * `db.<family><generation>.<size>`.
 */
export function classRank(name: string): number | undefined {
  const [, family = '', size = ''] = /^db\.([a-z])[a-z0-9]*\.([a-z0-9]+)$/.exec(name) ?? [];
  const times = /^(\d+)xlarge$/.exec(size)?.[1];
  const large = times === undefined ? sizes[size] : 4 * Number(times);
  const perUnit = memory[family];
  return large === undefined || perUnit === undefined ? undefined : large * perUnit;
}
