/** How a step asks the world outside AWS's APIs: as a client would. Both answer with a value, never with a throw. */
export interface Reach {
  /** GET a URL; `failed` names what went wrong, such as a time-out or a name that does not resolve. */
  get(
    url: string,
    timeoutSeconds: number,
  ): Promise<{ readonly status: number; readonly body: string } | { readonly failed: string }>;
  /** What a resolver answers for a name, canonical names followed no further than the first record of the type asked. */
  resolve(
    name: string,
    type: string,
  ): Promise<{ readonly values: readonly string[] } | { readonly failed: string }>;
}
