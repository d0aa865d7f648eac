import type { Invocation } from '../../simulator/lambda/function.ts';
import type { Call } from '../../simulator/service.ts';
import type { Aim } from './case.ts';

/** A function without the name of the stack that every one of them begins with. */
export function shortName(functionName: string): string {
  return functionName.replace(/^lifeboat-[a-z]+-/, '');
}

/** Counts calls and invocations by their names. Two runs give each the same name until something differs between them. */
export class Counter {
  readonly #counts = new Map<string, number>();

  call({ service, operation, caller }: Call): Aim {
    return this.#next(`${shortName(caller.arn.replace(/^.*[:/]/, ''))}/${service}:${operation}`);
  }

  invocation({ functionName }: Pick<Invocation, 'functionName'>): Aim {
    return this.#next(shortName(functionName));
  }

  #next(target: string): Aim {
    const nth = (this.#counts.get(target) ?? 0) + 1;
    this.#counts.set(target, nth);
    return { target, nth };
  }
}
