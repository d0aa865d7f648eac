/** One mistake in a plan file: where it is, what is wrong, and what to write instead. */
export interface PlanError {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Such as `servers.web.start.tags`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** Map keys are strings, places in a list are numbers counted from 0. */
export type Path = readonly (string | number)[];

/** A mistake before its line is known. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly fix: string;
}

/** `['traffic', 0, 'record']` is `traffic[0].record`. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}
