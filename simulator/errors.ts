/** An answer of AWS that is an error: its wire code, message and HTTP status, as the service documents them. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly httpStatus: number;
  /** Further members of a modelled error, such as `messages` of Route 53's `InvalidChangeBatch`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    httpStatus = 400,
    members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = code;
    this.httpStatus = httpStatus;
    this.members = members;
  }
}

/**
 * The simulator does not model what was asked. It stops the whole run: an answer made up here would let a rehearsal pass
 * for a reason that AWS does not know. `docs/simulator.md` lists what is modelled.
 */
export class NotSimulated extends Error {
  override readonly name = 'NotSimulated';

  constructor(what: string) {
    super(`${what} is not simulated; docs/simulator.md lists what is`);
  }
}
